"""The private PostgreSQL cluster of the tests answers."""

from __future__ import annotations

import sqlalchemy as sa


def test_answers(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar_one() == 1
    engine.dispose()
