"""What a server's administrator needs to know when something does not work, in one file without secrets."""
