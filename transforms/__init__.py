"""MEANING: pure Polars. No I/O, no clock, no prefect, no great_expectations."""
