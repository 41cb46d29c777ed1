"""`data_quality`: shares and days late beside the counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from contracts.marts.data_quality import DataQuality
from transforms.s5_marts.data_quality import build_data_quality


def test_shares_and_timeliness(make: Any) -> None:
    calendar = make(
        "calendar",
        [
            {
                "school_year": 2026,
                "extract": "payroll",
                "opens": "2026-07-01",
                "due": "2026-08-15",
                "closes": "2026-10-01",
            }
        ],
    )
    counts = pl.LazyFrame(
        {
            "lea_id": ["L1", "L1", "L2"],
            "extract": ["payroll", "payroll", "roster"],
            "school_year": [2026, 2026, 2026],
            "rule_id": ["PAY-001", "PAY-002", "ROS-001"],
            "severity": ["error", "warn", "error"],
            "rows": [200, 200, 0],
            "failed": [3, 0, 0],
            "answered": [0, 0, 0],
            "footnote": [None, None, None],
            "submitted_at": [datetime(2026, 8, 20, 23, 59), datetime(2026, 8, 10), datetime(2026, 8, 10)],
        }
    )
    made = DataQuality.validate(build_data_quality(counts, calendar).collect())
    assert made.sort("rule_id").select("rule_id", "share", "days_late").rows() == [
        ("PAY-001", 0.015, 5),
        ("PAY-002", 0.0, -5),
        ("ROS-001", None, None),
    ]
