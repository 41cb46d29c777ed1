"""The drop page, served by `rung serve`: a district sends files, reads receipts, answers warnings and certifies."""
