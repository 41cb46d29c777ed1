"""A district's file, whatever its shape → a canonical extract: decoded, columns matched, values typed, rows judged."""
