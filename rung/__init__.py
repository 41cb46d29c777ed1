"""The application: everything that touches the world (files, S3, the ledger, the clock, the terminal, the browser)."""
