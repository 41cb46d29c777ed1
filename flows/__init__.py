"""When the application runs: Prefect flows, one file each. The only package that imports Prefect."""
