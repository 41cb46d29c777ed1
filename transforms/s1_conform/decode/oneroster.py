"""OneRoster 1.1 and 1.2 CSV sets → roster: one row per staff member and school.

1.1 keeps a user's one role in `users.csv`; 1.2 has `roles.csv`. First and last days come from the role, else from the
classes taught, else from the school year's academic session. OneRoster has no full-time
equivalency: a mapping declares it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from transforms.s1_conform.decode.delimited import read_delimited
from transforms.s1_conform.decode.model import SOURCE_ROW, DecodeOptions, Refused, Table

STAFF_ROLES = {
    "teacher": "teacher",
    "principal": "principal",
    "administrator": "other",
    "districtadministrator": "other",
    "siteadministrator": "other",
    "aide": "other",
    "counselor": "other",
    "proctor": "other",
}
# The columns without which a file of the set cannot be used, and those that are read where they are.
NEEDED: dict[str, tuple[str, ...]] = {
    "manifest": ("propertyName", "value"),
    "users": ("sourcedId",),
    "roles": ("userSourcedId", "orgSourcedId", "role"),
    "enrollments": ("userSourcedId", "schoolSourcedId", "role"),
    "academicsessions": ("type", "startDate", "endDate"),
    "orgs": (),
}
OPTIONAL = {
    "users": ("status", "role", "orgSourcedIds", "givenName", "familyName"),
    "roles": ("status", "beginDate", "endDate"),
    "enrollments": ("status", "beginDate", "endDate"),
}
HEADER = (
    "staff_id",
    "school_id",
    "begin_date",
    "end_date",
    "staff_classification",
    "position_title",
    "first_name",
    "last_name",
)


def is_set(files: Mapping[str, bytes]) -> bool:
    """Whether the files are a OneRoster set: a manifest with users beside it."""
    stems = {_stem(name) for name in files}
    return {"manifest", "users"} <= stems


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0].lower()


def read_oneroster(files: Mapping[str, bytes], options: DecodeOptions, repairs: Counter[str]) -> Table:
    """The set's staff as a roster. Raises Refused FILE-026 to FILE-028."""
    if options.extract != "roster":
        raise Refused("FILE-026", "it is a OneRoster set")
    names = {_stem(name): name for name in files}
    parts: dict[str, pl.DataFrame] = {}
    for stem, name in names.items():
        if stem in NEEDED:
            part = _part(stem, files[name], name, options, repairs)
            if part is not None:
                parts[stem] = part
        else:
            repairs["oneroster_unused_files"] += 1
    _check_manifest(parts, names, repairs)
    staff = _staff(parts, repairs)
    if staff.is_empty():
        raise Refused("FILE-026", "none of its users is staff")
    rows = _with_days(staff, parts, repairs)
    repairs["oneroster_title_from_role"] += rows.height
    rows = rows.sort(SOURCE_ROW, "school_id")
    return Table.from_named(names["users"], "oneroster", HEADER, rows)


def _part(stem: str, data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> pl.DataFrame | None:
    """One file of the set; None when it has a header only."""
    plain = DecodeOptions(
        extract="roster", known=frozenset({"sourcedid", "status"}), spare_cells=True, bounds=options.bounds
    )
    try:
        table = read_delimited(data, name, plain, repairs)
    except Refused as refused:
        if refused.problem.rule_id == "FILE-005":
            return None
        raise
    if table.broken.height:
        raise Refused("FILE-027", f"{name} line {table.broken[SOURCE_ROW][0]} has another number of cells")
    cells = {column.strip(): table.column(column).alias(column.strip()) for column in reversed(table.header)}
    lacking = [column for column in NEEDED[stem] if column not in cells]
    if lacking:
        raise Refused("FILE-027", f"{name} has no column {lacking[0]}")
    empty = pl.repeat(None, table.rows.height, dtype=pl.String, eager=True)
    read = [cells.get(column, empty.alias(column)) for column in (*NEEDED[stem], *OPTIONAL.get(stem, ()))]
    return pl.DataFrame([*read, table.rows[SOURCE_ROW]])


def _check_manifest(parts: Mapping[str, pl.DataFrame], names: Mapping[str, str], repairs: Counter[str]) -> None:
    for needed in ("manifest", "users"):
        if needed not in parts:
            raise Refused("FILE-027", f"{names[needed]} has no rows")
    properties = dict(zip(parts["manifest"]["propertyName"], parts["manifest"]["value"], strict=True))
    if properties.get("manifest.version") != "1.0":
        repairs["oneroster_manifest_version"] += 1
    if not str(properties.get("oneroster.version", "")).startswith(("1.1", "1.2")):
        version = properties.get("oneroster.version") or "of no version that its manifest names"
        raise Refused("FILE-027", f"it is OneRoster {version}, and 1.1 and 1.2 are read")
    for key, mode in properties.items():
        stem = str(key).removeprefix("file.").lower()
        if not str(key).startswith("file.") or stem not in NEEDED:
            continue
        if str(mode) == "delta":
            raise Refused("FILE-028", stem)
        if str(mode) == "bulk" and stem not in names:
            raise Refused("FILE-027", f"{stem}.csv is missing")


def _staff(parts: Mapping[str, pl.DataFrame], repairs: Counter[str]) -> pl.DataFrame:
    """One row per staff member x school: staff_id, school_id, role, names, role days where 1.2 gives them."""
    users = _current(parts["users"], repairs)
    names = [pl.col("givenName").alias("first_name"), pl.col("familyName").alias("last_name")]
    if "roles" in parts:
        roles = _current(parts["roles"], repairs)
        people = users.select(pl.col("sourcedId").alias("staff_id"), *names, SOURCE_ROW)
        held = roles.select(
            pl.col("userSourcedId").alias("staff_id"),
            pl.col("orgSourcedId").alias("school_id"),
            "role",
            pl.col("beginDate").alias("begin_date"),
            pl.col("endDate").alias("end_date"),
        )
        repairs["oneroster_no_user"] += held.join(people, on="staff_id", how="anti").height
        staff = held.join(people, on="staff_id", how="inner", maintain_order="left")
    else:
        nothing = pl.lit(None, dtype=pl.String)
        staff = users.select(
            pl.col("sourcedId").alias("staff_id"),
            pl.col("orgSourcedIds").str.split(",").alias("school_id"),
            "role",
            nothing.alias("begin_date"),
            nothing.alias("end_date"),
            *names,
            SOURCE_ROW,
        ).explode("school_id")
    staff = staff.with_columns(pl.col("school_id").str.strip_chars())
    classification = pl.col("role").str.to_lowercase().replace_strict(STAFF_ROLES, default=None, return_dtype=pl.String)
    staff = staff.with_columns(classification.alias("staff_classification"), pl.col("role").alias("position_title"))
    repairs["oneroster_not_staff"] += staff.filter(pl.col("staff_classification").is_null())["staff_id"].n_unique()
    return staff.filter(pl.col("staff_classification").is_not_null())


def _current(part: pl.DataFrame, repairs: Counter[str]) -> pl.DataFrame:
    deleted = pl.col("status").fill_null("active").str.to_lowercase() == "tobedeleted"
    repairs["oneroster_deleted"] += part.filter(deleted).height
    return part.filter(~deleted)


def _with_days(staff: pl.DataFrame, parts: Mapping[str, pl.DataFrame], repairs: Counter[str]) -> pl.DataFrame:
    """First and last day: the role's own, else from first class to last, else the school year's."""
    taught = pl.DataFrame(schema=dict.fromkeys(("staff_id", "school_id", "class_begin", "class_end"), pl.String))
    if "enrollments" in parts:
        taught = (
            _current(parts["enrollments"], repairs)
            .filter(pl.col("role").str.to_lowercase() != "student")
            .group_by(pl.col("userSourcedId").alias("staff_id"), pl.col("schoolSourcedId").alias("school_id"))
            .agg(pl.col("beginDate").min().alias("class_begin"), pl.col("endDate").max().alias("class_end"))
        )
    begin, end = _school_year(parts)
    rows = staff.join(taught, on=["staff_id", "school_id"], how="left", maintain_order="left")
    from_year = rows.filter(pl.coalesce("begin_date", "class_begin").is_null()).height
    if begin is not None:
        repairs["oneroster_dates_from_terms"] += from_year
    return rows.with_columns(
        pl.coalesce("begin_date", "class_begin", pl.lit(begin, dtype=pl.String)).alias("begin_date"),
        pl.when(pl.coalesce("begin_date", "class_begin").is_null())
        .then(pl.lit(end, dtype=pl.String))
        .otherwise(pl.coalesce("end_date", "class_end"))
        .alias("end_date"),
    )


def _school_year(parts: Mapping[str, pl.DataFrame]) -> tuple[str | None, str | None]:
    sessions = parts.get("academicsessions")
    if sessions is None:
        return None, None
    years = sessions.filter(pl.col("type") == "schoolYear")
    if years.is_empty():
        return None, None
    return str(years["startDate"].min()), str(years["endDate"].max())
