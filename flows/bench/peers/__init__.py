"""The same marts made in other ways: by Rung and DuckDB SQL from the accepted lake, by pandas with a suite a file.

The marts that all of them make: `educator_year` (but for who leads), `compensation`, `funding_mix`, and the levels of
one ladder with its `ladder_flow`. What they make must agree, or the bench stops: a peer that does less is no peer.
"""

MARTS = ("educator_year", "compensation", "funding_mix", "ladder", "ladder_flow")
"""Names of the files that every peer writes."""
