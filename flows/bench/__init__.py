"""`rung bench`: every stage, its memory and bytes, beside the floor, in one run (DESIGN section 11)."""

from flows.bench.bench import run_bench

__all__ = ["run_bench"]
