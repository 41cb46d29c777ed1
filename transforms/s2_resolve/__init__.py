"""Canonical extracts of all districts -> statewide entities: one truth per educator and year."""
