"""Each column declared once; each table = columns + key + rules."""
