"""WHEN: flows, storage, ledger and the command line. The only code that imports prefect."""
