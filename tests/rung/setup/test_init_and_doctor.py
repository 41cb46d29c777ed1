"""A new state's folder, and ten faults planted in a running one: ten lines in one run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from contracts.policy.mapping import DistrictMapping
from contracts.reference import REFERENCES
from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.core.settings import load_settings
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.packs.load import packs_of
from rung.setup.doctor import examine
from rung.setup.init import new_state, write_state
from tests import small_state as small

TOLD = {"name": 'The "New" State', "code": "NS", "leas": "0100,0200", "years": "2025-2026", "programs": "dc_lift"}
OPTIONS = [part for option, value in TOLD.items() for part in (f"--{option}", value)]


def areas(config: Path) -> list[tuple[str, str]]:
    return [(each.area, each.text) for each in examine(config)]


def test_init_writes_a_folder_whose_every_file_rung_reads(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", str(tmp_path / "state"), *OPTIONS])
    assert done.exit_code == 0, done.output
    root = tmp_path / "state"
    settings = load_settings(root / "rung.toml")
    assert (settings.state.name, settings.overlay.programs) == ('The "New" State', "programs")
    assert {pack.program_id for pack in packs_of(settings)} >= {"dc_lift"}
    for name, reference in REFERENCES.items():
        lines = (root / "reference" / f"{name}.csv").read_text().splitlines()
        header = next(line for line in lines if not line.startswith("#"))
        assert header.split(",") == list(reference.schema.columns())
        assert all(len(line) <= 120 for line in lines if line.startswith("#"))
    adopted = [
        line for line in (root / "reference" / "program_adoption.csv").read_text().splitlines() if line[0] != "#"
    ]
    assert adopted[1:] == ["0100,dc_lift,2025,,", "0200,dc_lift,2025,,"]
    example = yaml.safe_load((root / "reference" / "mappings" / "0100.yaml.example").read_text())
    assert DistrictMapping.model_validate(example).layout("payroll", 2026) is not None
    assert (root / "landing" / "0200" / "2026" / "payroll").is_dir()


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "rung.toml").write_text("mine")
    with pytest.raises(RungError, match="is there already"):
        write_state(tmp_path, new_state(**TOLD))
    assert [path.name for path in tmp_path.iterdir()] == ["rung.toml"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"programs": "dc_lifts"}, "--programs: dc_lifts is no program"),
        ({"leas": "0100,../x"}, r"--leas: \.\./x is no district's id"),
        ({"leas": ","}, "--leas: nothing"),
        ({"years": "2026-2025"}, "--years 2026-2025"),
        ({"years": "26"}, "--years 26"),
        ({"code": "N"}, "--code"),
    ],
)
def test_init_refuses_what_cannot_be_meant(changed: dict[str, str], said: str) -> None:
    with pytest.raises(RungError, match=said):
        new_state(**{**TOLD, **changed})


def test_init_asks_only_on_a_terminal(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", str(tmp_path / "state"), *OPTIONS[:2]])
    assert isinstance(done.exception, RungError)
    assert "say --code, --leas, --years, --programs" in str(done.exception)
    assert not (tmp_path / "state").exists()


def test_doctor_lists_what_a_new_folder_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNG_EDUCATOR_KEY", raising=False)
    write_state(tmp_path, new_state(**TOLD))
    before = sorted(path for path in tmp_path.rglob("*"))
    found = areas(tmp_path / "rung.toml")
    assert found[0][0] == "key"
    assert ("reference", "reference/districts.csv: row 2 (2 rows): name is empty; fill it in") in found
    assert {said for area, said in found if said.endswith("has no rows; fill it in")} == {
        f"reference/{name}: has no rows; fill it in" for name in ("schools", "rating_systems", "pay_codes", "funds")
    }
    assert sorted(path for path in tmp_path.rglob("*")) == before, "looking changes nothing"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("healthy")
    work = open_workspace(small.write_state(root))
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return root


def test_doctor_finds_nothing_where_nothing_is_wrong(healthy: Path) -> None:
    assert areas(healthy / "rung.toml") == []
    done = CliRunner().invoke(app, ["doctor", "-c", str(healthy / "rung.toml")])
    assert (done.exit_code, done.output) == (0, "nothing is missing; `rung run` may go\n")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_ten_planted_faults_are_ten_lines_in_one_run(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNG_EDUCATOR_KEY", raising=False)
    root, reference = healthy, healthy / "reference"
    edit(root / "rung.toml", "synthetic = true\n", "")  # 1 no key
    edit(root / "rung.toml", 'landing = ["landing"]', 'landing = ["landing", "second"]')  # 2 no such folder
    edit(root / "rung.toml", 'releases = "releases"', 'releases = "releases.txt/below"')  # 3 cannot be written
    (root / "releases.txt").write_text("a file, not a folder")
    with (root / "rung.toml").open("a") as config:
        config.write('[overlay]\nprograms = "programs"\n')
    (root / "programs").mkdir()
    (root / "programs" / "own.yaml").write_text("program_id: other\n")  # 4 no pack
    (reference / "funds.csv").rename(reference / "fund.csv")  # 5 a table is missing
    (reference / "salary_schedules.csv").write_text("lea_id,school_year,lane,step\n")  # 6 a column is missing
    (reference / "minimum_wage.csv").write_text("school_year,hourly\n2026,much\n")  # 7 a row cannot be read
    with (reference / "districts.csv").open("a") as districts:
        districts.write("0300,Ash,dcps_impact\n")  # 8 no schools, 9 nothing sent
    with (reference / "pay_codes.csv").open("a") as codes:
        codes.write("0100,NEVER,bonus,,\n")  # 10 never seen
    done = CliRunner().invoke(app, ["doctor", "--json", "-c", str(root / "rung.toml")])
    found = json.loads(done.stdout)["findings"]
    assert [each["area"] for each in found] == [
        *["key", "storage", "storage", "overlay"],
        *["reference"] * 3,
        *["districts"] * 3,
    ]
    for each, said in zip(
        found,
        [
            "RUNG_EDUCATOR_KEY",
            "landing second: there is no such folder",
            "releases releases.txt/below: ",
            "own.yaml",
            "the reference table funds is missing",
            "salary_schedules.csv: column amount is missing",
            "minimum_wage.csv: row 2: hourly is 'much'",
            "Ash (0300): has no schools",
            "Ash (0300): has sent no evaluation, no roster, no payroll",
            "Oak (0100): reference/pay_codes has pay_code NEVER, never seen in its payroll",
        ],
        strict=True,
    ):
        assert said in each["text"]
    assert done.exit_code == 1


@pytest.fixture
def running(tmp_path: Path) -> Path:
    work = open_workspace(small.write_state(tmp_path))
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return tmp_path


def test_doctor_compares_what_is_sent_with_what_is_adopted_and_listed(running: Path) -> None:
    reference = running / "reference"
    with (reference / "program_adoption.csv").open("a") as adoption:
        adoption.write("0200,baltimore_pathways,2025,\n")
    with (reference / "rating_systems.csv").open("a") as systems:
        systems.write("baltimore,1,2013,HE,5,true,true,\n")
    edit(reference / "pay_codes.csv", "0200,LIFT,stipend,dc_lift,\n", "")
    (running / "landing" / "0900" / "2026" / "roster").mkdir(parents=True)
    (running / "landing" / "0900" / "2026" / "roster" / "r.csv").write_text("x\n")
    (running / "landing" / "notes.txt").write_text("x\n")
    said = [text for _, text in areas(running / "rung.toml")]
    assert any("landing/0900: is the folder of no district" in text for text in said)
    assert any("landing/notes.txt: lies where nothing is read" in text for text in said)
    assert any("payroll uses pay_code LIFT, which reference/pay_codes lacks" in text for text in said)


def test_an_adoption_without_the_ratings_it_reads_is_told(running: Path) -> None:
    """dc_lift reads ratings of dcps_impact; a district that sends those of another system is told so."""
    path = running / "reference" / "rating_systems.csv"
    path.write_text(path.read_text() + "other_system,1,2013,HE,5,true,true,\n")
    edit(running / "reference" / "districts.csv", "0200,Elm,dcps_impact", "0200,Elm,other_system")
    assert areas(running / "rung.toml") == [], "what is sent decides, not what is declared"
    work = open_workspace(running / "rung.toml")
    for year in small.YEARS:
        rows = [
            line.replace("dcps_impact", "other_system").replace(",E,", ",HE,")
            for line in small.evaluation("0200", year)
        ]
        kept = [line for line in rows if ",HE," in line]
        small.drop(running, "0200", year, "evaluation", small.csv(small.EVALUATION, kept))
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    (found,) = areas(running / "rung.toml")
    assert "Elm (0200) adopts Leadership Initiative for Teachers (District of Columbia) (dc_lift), which" in found[1]
    assert "reads ratings of dcps_impact, but sends those of other_system" in found[1]


def test_all_problems_of_a_table_are_told_at_once(running: Path) -> None:
    path = running / "reference" / "rating_systems.csv"
    rows = list(csv.reader(io.StringIO(path.read_text())))
    rows[1][4], rows[2][0], rows[3][5] = "x", "", "perhaps"
    path.write_text("# a comment\n" + "\n".join(",".join(row) for row in rows) + "\n")
    said = [text for area, text in areas(running / "rung.toml") if area == "reference"]
    assert [text.split("rating_systems.csv: ")[1] for text in said][:3] == [
        "row 2: band is 'x', not Int8",
        "row 4: is_top is 'perhaps', not Boolean",
        "row 3: rating_system is empty; fill it in",
    ]
    with pytest.raises(RungError, match=r"row 2: band is 'x', not Int8 \(and 2 more, see `rung doctor`\)"):
        load_reference(open_workspace(running / "rung.toml").reference)


def test_a_configuration_that_cannot_be_read_is_said_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "rung.toml").write_text('[state]\nname = "X"\n[storage]\nlandings = ["a"]\n')
    found = areas(tmp_path / "rung.toml")
    assert len(found) == 8 and {area for area, _ in found} == {"rung.toml"}
    assert any("`state.code` is missing" in said for _, said in found)
