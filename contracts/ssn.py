"""What a Social Security number looks like: the one pattern for rules, masks and logs.

Written in what all regular-expression engines read alike (no look-around, no classes), so that the suites hold the very
same text. Area 000, 666 and 9xx, group 00 and serial 0000 are never given out.
"""

from __future__ import annotations

_AREA = "(00[1-9]|0[1-9][0-9]|[1-5][0-9][0-9]|6[0-57-9][0-9]|66[0-57-9]|[78][0-9][0-9])"
_GROUP = "(0[1-9]|[1-9][0-9])"
_SERIAL = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])"
# Hyphens and dashes of every kind, spaces (also those that do not break), dots and slashes.
_BETWEEN = "[-\u00ad\u2010-\u2015\u2212\u00a0\u2007\u2009\u202f ./]"
WRITTEN = f"{_AREA}{_BETWEEN}{_GROUP}{_BETWEEN}{_SERIAL}"
# Nine digits alone may be a state's own identifier: they count only in columns that hold none.
BARE = f"{_AREA}{_GROUP}{_SERIAL}"

# As a rule of a suite: anywhere in the text, but not inside a longer run of digits.
IN_IDENTIFIERS = f"(^|[^0-9]){WRITTEN}([^0-9]|$)"
IN_TEXT = f"(^|[^0-9])({WRITTEN}|{BARE})([^0-9]|$)"
MASKED = "***-**-****"
# Columns of the extracts that hold identifiers or codes, where nine digits are no Social Security number.
IDENTIFIERS = frozenset(
    {
        "staff_id",
        "evaluator_staff_id",
        "supervisor_staff_id",
        "by_staff_id",
        "counterpart_staff_id",
        "school_id",
        "position_id",
        "license_id",
        "role_code",
        "pay_code",
        "fund_code",
        "rating_system",
        "submission_id",
        "lea_id",
        "source_file",
    }
)
