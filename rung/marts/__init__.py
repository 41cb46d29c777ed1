"""Marts from the accepted lake: build, gate, summarise."""
