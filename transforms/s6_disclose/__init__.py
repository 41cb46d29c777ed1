"""Restricted marts to public marts that reveal nobody (DESIGN section 9, RULES section 6)."""
