"""Many runs of one task: their rows, the ledger on disk, the results."""
