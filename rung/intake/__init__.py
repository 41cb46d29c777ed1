"""Landing files become accepted and quarantined rows, receipts and ledger entries."""
