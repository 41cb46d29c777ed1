"""`rung bench`: every stage, its memory and bytes, beside the floor, in one run (DESIGN section 11).

Imports nothing: its parts run as processes of their own, and each should weigh what it needs.
"""
