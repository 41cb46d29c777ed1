"""The rule catalogue: suites, the masks compiled from them, and the gate that runs Great Expectations over them.

Where rules read what
---------------------
A suite is asked of the *conformed* table: the contract's typed columns, and beside them what intake adds. For the rules
these companions must be there, also where they are empty:

- `<column>__unreadable` (String) for each column that is not text: the sent text where it does not read as its type.
- `lea_id__sent` (String), `school_year__sent` (Int16), `school_year__sent__unreadable` (String): what a file that
  repeats the folder's columns says; null where it does not.
- `<column>__known` (Boolean): whether the value is in reference; null where the value is null, and where the table
  that would know is not there. Extracts: `school_id__known` (in `schools` for that school year),
  `rating_system__known`, `rating_level__known` (a label of that system in the version of that year; null where the
  system is unknown), `pay_code__known`, `fund_code__known` (in the district's own list). Reference tables:
  `lea_id__known` (in `districts`), `program_id__known` (a pack of that name), `rating_system__known`. An unknown
  school, system or label is an error; an unknown pay or fund code a warning (MARTS section 1).
- `is_reversal` (Boolean) on payroll: `amount < 0`. A reversal may repeat the key of the payment that it takes back.
- `submission_id`: every rule over more than one row stays inside a submission, so a verdict never depends on what
  other districts sent at the same time. Exact duplicates have been dropped (and counted) before.

How an outcome follows
----------------------
`error`: the row is quarantined with every rule that it broke. `warn`: kept and counted. `fatal`: a property of the
file, judged over its rows by `RowRule.fails`: less than `mostly` of the considered rows keep the rule. Too many
quarantined rows hold a submission (`rung/intake/decision.py`) until it is sent again or waived.

How the gate looks at rows
--------------------------
`masks` say which rows break which rule. `gate` asks Great Expectations the same of the same rows and compares the
counts: `projections` keeps what a suite reads, `engine` hands it to the library's own conditions, `suite_run` runs a
suite by it, `custom` is our own expectations in its form, `data_docs` its pages. Only `engine` and `custom` import the
library at the top, and only `suite_run` imports those, inside a function: rules alone cost no import.
"""
