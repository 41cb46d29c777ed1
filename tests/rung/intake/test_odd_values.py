"""All odd files in one run of the command, each a district's: nothing stops, no row is lost, no dollar is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rung.cli import main as command
from tests import small_state as small
from tests.spoiled.odd_files import ODD
from tests.spoiled.odd_values import LEA, Odd

LEAS = {f"{int(LEA) + number}": odd for number, odd in enumerate(ODD, start=1)}


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The receipt of each file; the state's own two districts are accepted beside them."""
    root = tmp_path_factory.mktemp("odd")
    small.write_state(root)
    (root / "rung.toml").write_text(small.CONFIG + "[gate]\nmax_quarantine_share = 0.8\n")
    reference = root / "reference"
    with (reference / "districts.csv").open("a") as districts, (reference / "schools.csv").open("a") as schools:
        for lea in LEAS:
            districts.write(f"{lea},District {lea},dcps_impact\n")
            # The files are those of one district: its schools are everybody's, year by year and id by id.
            schools.write("".join(f"{lea}0{n},2026,{lea},School {n},400,50\n" for n in (1, 2)))
    for lea, odd in LEAS.items():
        own = odd.data.replace(f",{LEA}0".encode(), f",{lea}0".encode()) if odd.extract == "roster" else odd.data
        small.drop(root, lea, 2026, odd.extract, own, odd.file)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr("sys.argv", ["rung", "intake", "--json", "-c", str(root / "rung.toml")])
        command.main()
    assert ended.value.code == 1
    found = {}
    for path in root.glob("receipts/*/2026/*/*/receipt.json"):
        receipt = json.loads(path.read_text())
        found[receipt["lea_id"]] = receipt
    own = [path for lea in small.LEAS for path in root.glob(f"receipts/{lea}/*/*/*/receipt.json")]
    assert {json.loads(path.read_text())["state"] for path in own} == {"accepted"} and len(own) == 12
    return found


def test_each_is_another() -> None:
    assert len({odd.name for odd in ODD}) == len(ODD) >= 100


@pytest.mark.parametrize("lea", LEAS, ids=lambda lea: LEAS[lea].name)
def test_odd_file(receipts: dict[str, dict[str, Any]], lea: str) -> None:
    odd: Odd = LEAS[lea]
    receipt = receipts[lea]
    found = {each["rule_id"] for each in (*receipt["problems"], *receipt["rules"])}
    assert (receipt["state"], receipt["rows_accepted"], receipt["rows_quarantined"]) == (odd.state, *odd.rows), found
    assert receipt["cents_accepted"] == odd.cents
    assert odd.rule is None or odd.rule in found
    parts = ("accepted", "quarantined", "duplicate", "set_aside")
    assert receipt["rows_read"] == sum(receipt[f"rows_{part}"] for part in parts)
