"""`rung demo`: a synthetic state, the same for the same arguments."""

from rung.demo.write import write_demo

__all__ = ["write_demo"]
