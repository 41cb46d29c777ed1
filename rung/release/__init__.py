"""Marts become a release: disclosure step, files, manifest, pointer, SQL side."""
