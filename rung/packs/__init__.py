"""Program packs: load, check, describe, draw, simulate, explain."""
