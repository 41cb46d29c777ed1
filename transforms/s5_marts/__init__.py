"""Stage 5: the restricted marts, one module each; `run.py` builds them all."""
