"""Random programs, streams and ends: no confidential program's pay is published or left alone in a published sum."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.s6_disclose.test_cliff import ENDOWED, GIFT, GRANT, LATE, LOCAL, Fund, decided

PAY = st.tuples(
    st.sampled_from(["L1", "L2", "L3"]),
    st.sampled_from(["p", "q", "r"]),
    st.sampled_from([GRANT, LATE, GIFT, ENDOWED, LOCAL]),
    st.one_of(st.integers(1, 12), st.integers(1, 60)),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PAY, min_size=1, max_size=12, unique_by=lambda row: row[:3]))
def test_confidential_pay_never_stands_alone(rows: list[tuple[str, str, Fund, int]]) -> None:
    """`p` and `q` are confidential; the engine's audit runs inside and would stop."""
    made = decided(rows, ["p", "q"])
    secret = made.filter(pl.col("program_id").is_in(["p", "q"]))
    assert secret["amount"].null_count() == secret["amount_low"].null_count() == secret.height
    place = ["grain", "lea_id", "stream", "ends"]
    programs = made.filter(pl.col("program_id").is_not_null()).group_by(place).agg(pl.col("program_id"))
    sums = made.filter(pl.col("program_id").is_null() & pl.col("amount").is_not_null())
    for row in sums.join(programs, on=place, nulls_equal=True).iter_rows(named=True):
        assert row["program_id_right"] not in (["p"], ["q"]), row
        assert row["amount"] >= 10_000, "ten persons of 1,000 dollars each"
