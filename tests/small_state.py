"""A state small enough to check by hand: two districts, two years, six teachers and two principals each."""

from __future__ import annotations

from pathlib import Path

from rung.lake.certification import Signature

CONFIG = """
[state]
name = "Small State"
code = "SM"
synthetic = true
[storage]
landing = ["landing"]
reference = "reference"
lake = "lake"
receipts = "receipts"
releases = "releases"
ledger = "sqlite:///rung.db"
"""
LEAS = ("0100", "0200")
SIGNED = Signature("R. Clerk", "Superintendent", "It is so.")
YEARS = (2025, 2026)
EXTRACTS_SENT = ("roster", "evaluation", "payroll")
REFERENCE = {
    "districts": "lea_id,name,rating_system\n0100,Oak,dcps_impact\n0200,Elm,dcps_impact\n",
    "program_adoption": "lea_id,program_id,from_year,to_year\n0100,dc_lift,2025,\n0200,dc_lift,2025,\n",
    "rating_systems": "rating_system,version,from_year,rating_level,band,is_top,is_positive,statewide_gap_years\n"
    "dcps_impact,2013,2013,HE,5,true,true,\ndcps_impact,2013,2013,E,4,false,true,\n"
    "dcps_impact,2013,2013,D,3,false,false,\ndcps_impact,2013,2013,ME,2,false,false,\n"
    "dcps_impact,2013,2013,I,1,false,false,\n",
    "pay_codes": "lea_id,pay_code,pay_type,program_id,role_code\n"
    + "".join(f"{lea},BASE,base,,\n{lea},LIFT,stipend,dc_lift,\n{lea},BEN,benefit,,\n" for lea in LEAS),
    "funds": "lea_id,fund_code,stream,award_id,award_end,recurring\n"
    + "".join(
        f"{lea},01,local_general,,,true\n{lea},84,competitive_federal,A-{lea},2026-09-30,false\n" for lea in LEAS
    ),
}
ROSTER = (
    "staff_id,school_id,begin_date,end_date,staff_classification,position_title,full_time_equivalency,years_experience"
)
EVALUATION = "staff_id,school_year,rating_system,rating_level,status,evaluator_staff_id"
PAYROLL = "staff_id,pay_date,pay_code,fund_code,amount"


def staff(lea: str) -> list[str]:
    """Six teachers (…1 to …6) and two principals of a district."""
    return [f"00{lea}{n}" for n in range(1, 9)]


def roster(lea: str, year: int) -> list[str]:
    rows = []
    for n, person in enumerate(staff(lea), start=1):
        kind = "teacher" if n <= 6 else "principal"
        rows.append(f"{person},{lea}{n % 2 + 1:02d},{year - 1}-08-01,{year}-06-15,{kind},{kind.title()},1.0,{n % 3}")
    return rows


def evaluation(lea: str, year: int) -> list[str]:
    levels = ("HE", "E", "D", "ME", "I", "HE")
    return [
        f"{person},{year},dcps_impact,{level},final,{staff(lea)[6]}"
        for person, level in zip(staff(lea), levels, strict=False)
    ]


def payroll(lea: str, year: int) -> list[str]:
    rows = []
    for person in staff(lea):
        for month in ("09", "10"):
            rows.append(f"{person},{year - 1}-{month}-15,BASE,01,3000.50")
        rows.append(f"{person},{year - 1}-09-15,BEN,01,900.00")
    rows.append(f"{staff(lea)[0]},{year - 1}-12-01,LIFT,84,500.00")
    return rows


def csv(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def drop(root: Path, lea: str, year: int, extract: str, text: str | bytes, name: str | None = None) -> Path:
    """Put a file into the landing."""
    folder = root / "landing" / lea / str(year) / extract
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{extract}.csv")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def write_state(root: Path) -> Path:
    """Write the whole state and return its rung.toml."""
    (root / "reference").mkdir(parents=True)
    (root / "rung.toml").write_text(CONFIG)
    schools = ["school_id,school_year,lea_id,name,enrollment,poverty_percent"]
    for year in YEARS:
        schools += [f"{lea}0{n},{year},{lea},School {n},400,{50 + n * 10}" for lea in LEAS for n in (1, 2)]
    tables = REFERENCE | {"schools": "\n".join(schools) + "\n"}
    for name, text in tables.items():
        (root / "reference" / f"{name}.csv").write_text(text)
    for lea in LEAS:
        for year in YEARS:
            drop(root, lea, year, "roster", csv(ROSTER, roster(lea, year)))
            drop(root, lea, year, "evaluation", csv(EVALUATION, evaluation(lea, year)))
            drop(root, lea, year, "payroll", csv(PAYROLL, payroll(lea, year)))
    return root / "rung.toml"
