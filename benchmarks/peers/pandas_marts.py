"""The peers' marts in pandas: merges and group-bys, as one would write them."""

from __future__ import annotations

import numpy as np
import pandas as pd

LADDER, SYSTEM, FELLOW = "dc_lift", "dcps_impact", "capital_commitment_fellow"
LEVELS = np.array([None, "teacher", "established", "advanced", "distinguished", "expert"], dtype=object)
PERSON = ["lea_id", "staff_id", "school_year"]
MICRO = 1_000_000


def marts_of(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """All of them by name, from accepted extracts and reference tables (text)."""
    stays = _stays(tables["roster"], tables["districts"])
    people = _lea_years(stays)
    ratings = _ratings(tables["evaluation"], tables["rating_systems"])
    pay = _pay(tables)
    ladder = _ladder(people, ratings, tables)
    return {
        "educator_year": _educator_year(stays, people, ratings, pay, tables["districts"]),
        "compensation": _compensation(pay, stays, tables["salary_schedules"]),
        "ladder": ladder,
        "ladder_flow": _ladder_flow(ladder),
    }


def _stays(roster: pd.DataFrame, districts: pd.DataFrame) -> pd.DataFrame:
    rows = roster.merge(districts[["lea_id", "year_begins", "year_ends"]], on="lea_id", how="left")
    year = rows["school_year"]
    rows["window_begin"] = _day(year, rows["year_begins"].fillna("07-01"))
    rows["window_end"] = _day(year, rows["year_ends"].fillna("06-30"))
    first = pd.to_datetime((year - 1).astype(str) + "-07-01")
    last = pd.to_datetime(year.astype(str) + "-06-30")
    begin = rows["begin_date"].where(rows["begin_date"] > first, first)
    end = rows["end_date"].where(rows["end_date"].notna() & (rows["end_date"] < last), last)
    rows["window_days"] = (rows["window_end"] - rows["window_begin"]).dt.days + 1
    inside = end.where(end < rows["window_end"], rows["window_end"])
    inside -= begin.where(begin > rows["window_begin"], rows["window_begin"])
    rows["contract_days"] = (inside.dt.days + 1).clip(lower=0)
    rows["fte_days"] = (rows["full_time_equivalency"] * MICRO).round().astype("int64") * rows["contract_days"]
    return rows[begin <= end]


def _day(year: pd.Series, month_day: pd.Series) -> pd.Series:
    calendar = year - (month_day.str[:2].astype(int) >= 7).astype(int)
    return pd.to_datetime(calendar.astype(str) + "-" + month_day)


def _lea_years(stays: pd.DataFrame) -> pd.DataFrame:
    order = ["fte_days", "contract_days", "school_id", "staff_classification", "position_title", "position_id"]
    main = stays.sort_values([*order, "role_code", "begin_date"], ascending=[False, False] + [True] * 6)
    main = main.drop_duplicates(PERSON)[[*PERSON, "staff_classification"]]
    teacher = stays.assign(is_teacher=stays["staff_classification"] == "teacher")
    grouped = teacher.groupby(PERSON, as_index=False).agg(
        is_teacher=("is_teacher", "any"),
        fte_days=("fte_days", "sum"),
        window_days=("window_days", "first"),
        years_experience=("years_experience", "max"),
    )
    grouped["fte"] = grouped["fte_days"] / (grouped["window_days"] * MICRO)
    return grouped.merge(main, on=PERSON)


def _ratings(evaluation: pd.DataFrame, systems: pd.DataFrame) -> pd.DataFrame:
    systems = systems.assign(from_year=systems["from_year"].astype(int))
    years = evaluation[["rating_system", "school_year"]].drop_duplicates().merge(systems, on="rating_system")
    years = years[years["from_year"] <= years["school_year"]]
    newest = years.groupby(["rating_system", "school_year"])["from_year"].transform("max")
    labels = years.loc[years["from_year"] == newest, ["rating_system", "school_year", "rating_level", "band", "is_top"]]
    rows = evaluation.merge(labels, on=["rating_system", "school_year", "rating_level"], how="left")
    final, labelled = rows["status"].isin(["final", "appealed"]), rows["rating_level"].notna()
    reason = np.select(
        [
            ~final,
            ~labelled & (rows["status"] == "appealed"),
            ~labelled,
            rows["band"].isna(),
        ],
        [rows["status"], "appealed", "no_label", "unknown_label"],
        default="",
    )
    rows["rating_reason"] = pd.Series(reason, index=rows.index).replace("", None)
    usable = rows["rating_reason"].isna()
    rows["rating_level"] = rows["rating_level"].where(usable, None)
    rows["band"] = pd.to_numeric(rows["band"].where(usable)).astype("Int8")
    rows["is_top"] = rows["is_top"].where(usable, None).map({"true": True, "false": False}).astype("boolean")
    return rows[[*PERSON, "rating_system", "rating_level", "band", "is_top", "rating_reason"]]


def _pay(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    keys = ["lea_id", "school_year", "staff_id", "pay_code", "fund_code"]
    pay = tables["payroll"].groupby(keys, as_index=False)["cents"].sum()
    pay = pay.merge(tables["pay_codes"], on=["lea_id", "pay_code"], how="left")
    pay = pay.merge(tables["funds"], on=["lea_id", "fund_code"], how="left")
    pay[["pay_type", "stream"]] = pay[["pay_type", "stream"]].fillna("unknown")
    named = pay["program_id"].notna() | pay["role_code"].notna()
    pay["role_cents"] = pay["cents"].where(named & pay["pay_type"].isin(["stipend", "hourly", "bonus"]), 0)
    pay["base_cents"] = pay["cents"].where(pay["pay_type"] == "base", 0)
    return pay


def _compensation(pay: pd.DataFrame, stays: pd.DataFrame, schedules: pd.DataFrame) -> pd.DataFrame:
    who = ["lea_id", "school_year", "staff_id"]
    rates = schedules.assign(
        school_year=schedules["school_year"].astype(int),
        salary_step=schedules["step"].astype(float),
        rate=pd.to_numeric(schedules["amount"]),
    ).rename(columns={"lane": "salary_lane"})
    on = ["lea_id", "school_year", "salary_lane", "salary_step"]
    priced = stays.assign(salary_step=stays["salary_step"].astype(float)).merge(rates[[*on, "rate"]], on=on, how="left")
    priced["value"] = priced["rate"] * priced["fte_days"] / (priced["window_days"] * MICRO)
    priced["covered"] = priced["rate"].notna() | (priced["fte_days"] <= 0)
    priced["served"] = priced["fte_days"] > 0
    value = priced.groupby(who, as_index=False).agg(
        value=("value", "sum"), covered=("covered", "all"), served=("served", "any")
    )
    base = pay.groupby(who, as_index=False)["base_cents"].sum().merge(value, on=who, how="left")
    known = base["covered"].eq(True) & base["served"].eq(True)
    actual = base["base_cents"] / 100
    base["base_counterfactual"] = base["value"].where(known, actual)
    base["increment"] = (actual - base["base_counterfactual"]).where((base["base_cents"] > 0) | ~known)
    base["increment_status"] = np.select([~known, base["base_cents"] <= 0], ["no_schedule", "no_base_pay"], "ok")
    lines = pay.groupby([*who, "pay_type", "stream"], as_index=False)[["cents", "role_cents", "base_cents"]].sum()
    lines["is_base"] = lines["pay_type"] == "base"
    lines = lines.sort_values(
        [*who, "is_base", "base_cents", "pay_type", "stream"], ascending=[True] * 3 + [False, False, True, True]
    )
    carrier = ~lines.duplicated(who)
    lines = lines.merge(base.drop(columns="base_cents"), on=who, how="left")
    carrier = carrier.to_numpy()
    lines["increment_status"] = lines["increment_status"].where(carrier, None)
    for name in ("base_counterfactual", "increment"):
        lines[name] = lines[name].where(carrier & lines["is_base"].to_numpy()).round(2)
    lines["amount"], lines["role_amount"] = lines["cents"] / 100, lines["role_cents"] / 100
    return lines.drop(columns=["cents", "role_cents", "base_cents", "is_base", "value", "covered", "served"])


def _educator_year(
    stays: pd.DataFrame, people: pd.DataFrame, ratings: pd.DataFrame, pay: pd.DataFrame, districts: pd.DataFrame
) -> pd.DataFrame:
    year = ["staff_id", "school_year"]
    record = stays.groupby([*year, "lea_id", "school_id"], as_index=False)["fte_days"].sum()
    record = record.sort_values(["fte_days", "school_id", "lea_id"], ascending=[False, True, True]).drop_duplicates(
        year
    )
    micro = people.assign(micro=(people["fte"] * MICRO).round().astype("int64"))
    everywhere = micro.groupby(year, as_index=False).agg(
        is_teacher=("is_teacher", "any"), micro=("micro", "sum"), years_experience=("years_experience", "max")
    )
    everywhere["fte"] = everywhere["micro"] / MICRO
    own = districts[["lea_id", "rating_system"]].rename(columns={"rating_system": "own"})
    rated = ratings.merge(own, on="lea_id", how="left")
    rated["later"] = rated["rating_reason"].notna() * 2 + (rated["rating_system"] != rated["own"])
    rated = rated.sort_values(["later", "rating_system"]).drop_duplicates(PERSON).drop(columns=["own", "later"])
    rows = (
        record.drop(columns="fte_days")
        .merge(people[[*PERSON, "staff_classification"]], on=PERSON)
        .merge(everywhere.drop(columns="micro"), on=year)
        .merge(rated, on=PERSON, how="left")
        .merge(pay.groupby(year, as_index=False)["cents"].sum(), on=year, how="left")
    )
    rows["rating_reason"] = rows["rating_reason"].mask(rows["rating_system"].isna(), "absent")
    rows["pay_total"] = rows.pop("cents").fillna(0) / 100
    return _with_outcomes(rows)


def _with_outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    reports = rows[["lea_id"]].assign(school_year=rows["school_year"] - 1).drop_duplicates().assign(reports=True)
    following = rows[["staff_id", "lea_id", "school_id", "is_teacher"]].assign(school_year=rows["school_year"] - 1)
    both = rows.merge(reports, on=["lea_id", "school_year"], how="left").merge(
        following, on=["staff_id", "school_year"], how="left", suffixes=("", "_next")
    )
    outcome = np.select(
        [
            both["reports"].isna(),
            both["lea_id_next"].isna(),
            both["is_teacher"] & both["is_teacher_next"].eq(False),
            both["lea_id_next"] != both["lea_id"],
            both["school_id_next"] != both["school_id"],
        ],
        ["outcome_unknown", "left_state_schools", "leave_teaching", "move_lea", "move_school"],
        default="stay_school",
    )
    return rows.assign(next_year_outcome=outcome)


def _ladder(people: pd.DataFrame, ratings: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    adopted = tables["program_adoption"].query("program_id == @LADDER")[["lea_id", "from_year", "to_year"]]
    rows = people.merge(adopted, on="lea_id")
    in_force = (rows["school_year"] >= rows["from_year"].astype(int)) & (
        rows["school_year"] <= rows["to_year"].fillna("9999").astype(int)
    )
    mine = ratings[ratings["rating_system"] == SYSTEM][[*PERSON, "rating_level"]]
    rows = rows[in_force].merge(mine, on=PERSON, how="left")
    events = tables["leadership"]
    fellows = events[(events["event_code"] == FELLOW) & (events["outcome"] == "passed")]
    since = fellows.groupby("staff_id")["event_date"].min()
    selected = pd.to_datetime(rows["staff_id"].map(since.to_dict()))  # as dates also where nobody was selected
    rows["fellow"] = selected <= pd.to_datetime(rows["school_year"].astype(str) + "-06-30")
    state = rows[["lea_id", "staff_id"]].drop_duplicates().assign(level=0, e=0, he=0, had_row=False)
    levels = []
    for year, of_year in rows.groupby("school_year"):
        step = state.merge(of_year, on=["lea_id", "staff_id"], how="left")
        teaches = step["is_teacher"].eq(True)
        has_row = (teaches | (step["is_teacher"].notna() & (step["level"] > 0) & step["had_row"])).to_numpy()
        placed = np.select([step["fellow"].eq(True), step["years_experience"] >= 2], [3, 2], 1)
        at = np.where((step["level"] == 0) & teaches, placed, step["level"])
        e = np.where(step["rating_level"] == "E", step["e"] + 1, 0)
        he = np.where(step["rating_level"] == "HE", step["he"] + 1, 0)
        low = np.isin(at, (1, 2)) & ((step["rating_level"] == "HE") | (e >= 2))
        up = has_row & (low.to_numpy() | (np.isin(at, (3, 4)) & (he >= 2)))
        kept = has_row & ~up
        state = state.assign(level=at + up, e=np.where(kept, e, 0), he=np.where(kept, he, 0), had_row=has_row)
        named = state.loc[state["had_row"], ["lea_id", "staff_id"]]
        levels.append(named.assign(school_year=year, level=LEVELS[state.loc[state["had_row"], "level"]]))
    return pd.concat(levels, ignore_index=True)


def _ladder_flow(ladder: pd.DataFrame) -> pd.DataFrame:
    before = ladder.assign(school_year=ladder["school_year"] + 1).rename(columns={"level": "from_level"})
    moves = ladder.merge(before, on=PERSON, how="left").rename(columns={"level": "to_level"})
    key = ["lea_id", "school_year", "from_level"]
    flow = moves.groupby([*key, "to_level"], dropna=False, as_index=False).size().rename(columns={"size": "persons"})
    flow["hazard"] = (flow["persons"] / flow.groupby(key, dropna=False)["persons"].transform("sum")).round(6)
    return flow
