"""What must stay true of the house (DESIGN section 1): layers, stems, and habits that a reader relies on."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "rung", "benchmarks", "transforms", "contracts", "expectations", "programs")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", modules("transforms"), ids=lambda p: str(p.relative_to(ROOT)))
def test_transforms_know_neither_io_nor_prefect(path: Path) -> None:
    banned = {
        "flows",
        "rung",
        "expectations",
        "prefect",
        "great_expectations",
        "boto3",
        "sqlalchemy",
        "duckdb",
        "yaml",
        "os",
    }
    banned |= {"pathlib", "datetime_clock", "time", "requests", "random"}
    assert not tops(path) & banned


@pytest.mark.parametrize("path", modules("contracts"), ids=lambda p: str(p.relative_to(ROOT)))
def test_contracts_import_no_other_layer(path: Path) -> None:
    assert not tops(path) & {"flows", "rung", "transforms", "expectations", "prefect", "great_expectations", "yaml"}


@pytest.mark.parametrize("package", ["rung", "transforms", "contracts", "expectations", "programs"])
def test_only_flows_imports_prefect(package: str) -> None:
    assert [path for path in modules(package) if "prefect" in tops(path)] == []


def test_transforms_have_no_clock_and_no_python_per_row() -> None:
    banned = {"map_elements", "map_rows", "iter_rows", "iter_slices", "to_dicts", "rows", "now", "today", "utcnow"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("transforms")
        if "decode" not in path.parts  # decoding a district's bytes is not a frame yet
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in banned
    ]
    assert found == []


def test_only_storage_opens_files() -> None:
    """Readers of the project's own files (packs, suites, SQL, pages) and writers of made-up states are named here."""
    allowed = {
        "places.py",
        "scratch.py",  # files of a run's own: a large drop's, while it is read in parts
        "settings.py",
        "ledger_schema.py",
        "project.py",
        "load.py",
        "disclosure_terms.py",
        "ddl.py",
        "overlay.py",
        "questions.py",
        "notice_channels.py",  # the file of addresses that the settings name
        "data.py",  # the data files of rung/standards
        "known_names.py",  # the data file of synonyms
        "made_from.py",  # hashes the code of intake
        "code.py",  # hashes the modules that a result rests on
        "assets.py",  # what kits are made of, in the user's cache
        "bundle.py",  # the code that a kit holds
        "kit.py",  # the page's own files
        "answer.py",  # in the page: what a kit knows
        "release.py",  # `rung audit` reads a folder that is no place of the state
    }
    calls = {"open", "read_text", "write_text", "read_bytes", "write_bytes"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in [*modules("flows"), *modules("rung")]
        if path.name not in allowed and not {"demo", "bench"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in calls - {"open"})
            or (isinstance(node.func, ast.Name) and node.func.id == "open")
        )
    ]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_files_and_functions_stay_small(package: str) -> None:
    large = []
    for path in modules(package):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300 and path.name != "columns.py":
            large.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 70:
                large.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert large == []


def test_no_program_is_named_in_code() -> None:
    """A program is a YAML file and nothing else. The demo adopts programs and `rung init` gives examples of them."""
    programs = sorted(path.stem for path in (ROOT / "programs").glob("*.yaml") if path.stem != "disclosure")
    assert "dc_lift" in programs
    word = re.compile(r"\b(" + "|".join(programs) + r")\b")
    found = [
        str(path.relative_to(ROOT))
        for package in ("flows", "rung", "transforms", "contracts")
        for path in modules(package)
        if not {"demo", "setup"} & set(path.parts)
        and path.name != "setup.py"
        and "bench" not in path.parts
        and word.search(_code(path))
    ]
    assert found == []


def _code(path: Path) -> str:
    """The module without its docstrings, which may cite programs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                value.value = ""
    return ast.unparse(tree)


def test_a_mart_has_one_stem_everywhere() -> None:
    from benchmarks.peers import NOT_IN_SQL
    from contracts.marts import MARTS

    lacking = [
        place
        for name in MARTS
        for place in (
            f"transforms/s5_marts/{name}.py",
            f"contracts/marts/{name}.py",
            f"expectations/{name}.json",
            f"sql/{name}.sql",
            f"tests/marts/test_{name}.py",
            *([f"tests/oracle/{name}.sql"] if name not in NOT_IN_SQL else []),
        )
        if not (ROOT / place).is_file()
    ]
    assert lacking == []


def test_no_registry_host_and_no_machine_path_in_the_repository() -> None:
    hosts = re.compile(rb"files\.pythonhosted|pypi\.org/simple|registry\.npmjs|deb\.debian|--index-url|--extra-index")
    paths = re.compile(rb"/work/(main|shared)|/root/|/tmp/w/|\.library")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path != Path(__file__) and (hosts.search(data := path.read_bytes()) or paths.search(data))
    ]
    assert found == []


def test_the_lock_has_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-uv.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9_.\-\[\]]+==\S+ \\$", text, flags=re.M)
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_lock_is_in_step_with_the_project() -> None:
    """Every dependency that pyproject.toml names is pinned in the lock, inside its bounds."""
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = dict(
        re.findall(r"^([a-z0-9_.\-]+)(?:\[[^\]]*\])?==([^\s\\]+)", (ROOT / "requirements.lock").read_text(), re.M)
    )
    for text in named:
        need = Requirement(text)
        pinned = lock.get(need.name.lower().replace("_", "-"))
        assert pinned is not None, f"{need.name} is not in requirements.lock; run `make lock`"
        assert need.specifier.contains(pinned), f"{need.name} {pinned} is outside {need.specifier}; run `make lock`"


# Steps that take any frame with the column they join on.
OF_ANY_FRAME = {
    ("terms.py", "with_loads"),
    ("totals.py", "with_totals"),
    ("survival.py", "kaplan_meier"),
    ("state_rows.py", "program_state_rows"),
    ("goal_progress.py", "build_goal_progress"),
}


@pytest.mark.parametrize("stage", ["s2_resolve", "s4_sustain", "s5_marts"])
def test_a_frame_in_a_public_signature_names_its_contract(stage: str) -> None:
    """`pay: dy.LazyFrame[ResolvedPay]`, never a bare `pl.LazyFrame`: the contract says which columns there are."""
    bare = [
        f"{path.name}: {function.name}({argument.arg})"
        for path in modules(f"transforms/{stage}")
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("_")
        and (path.name, function.name) not in OF_ANY_FRAME
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.annotation is not None and "pl.LazyFrame" in ast.unparse(argument.annotation)
    ]
    assert bare == []


@pytest.mark.parametrize("stage", ["s2_resolve", "s4_sustain", "s5_marts"])
def test_keys_stand_in_one_place(stage: str) -> None:
    """The keys of contracts/keys.py are imported, not written again."""
    from contracts import keys

    known = {frozenset(key) for name, key in vars(keys).items() if name.isupper()}
    again = [
        f"{path.name}:{node.lineno}"
        for path in modules(f"transforms/{stage}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.List | ast.Tuple)
        and all(isinstance(each, ast.Constant) for each in node.value.elts)
        and frozenset(each.value for each in node.value.elts if isinstance(each, ast.Constant)) in known
    ]
    assert again == []
