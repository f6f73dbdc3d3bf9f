"""Many runs of one task: their rows, the ledger on disk, the places at the server, the results."""
