"""Where data lies: storage places, Parquet, the ledger, reference tables, what is in force."""
