"""Rules about a file as a whole, in a district's words, and the repairs that a receipt counts.

A `FILE-` rule rejects the file; a `ROW-` rule of this catalogue quarantines a row that could not be taken apart into
cells. Rules about what the cells say live in `expectations/`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileRule:
    """What is wrong (`message`) and what the district can do (`fix`); `{}` takes the particulars."""

    message: str
    fix: str


FILE_RULES: dict[str, FileRule] = {
    "FILE-001": FileRule("The file is empty.", "Export it again and send it."),
    "FILE-002": FileRule(
        "This is not a kind of file that can be read here: {}.",
        "Send CSV, Excel, Parquet or an Ed-Fi or OneRoster file.",
    ),
    "FILE-003": FileRule(
        "The file's letters cannot be told for certain: {}.",
        "Save it as UTF-8, or declare `encoding` in the mapping file.",
    ),
    "FILE-004": FileRule(
        "No line with column names was found{}.", "Put the column names on one line, or declare `header_row`."
    ),
    "FILE-005": FileRule("There are column names but no rows under them.", "Export the file again with its rows."),
    "FILE-006": FileRule(
        "A second table begins on line {}.",
        "Send one table a file, or declare in the mapping file which one counts (`table: 1`).",
    ),
    "FILE-007": FileRule(
        "A quotation mark opened on line {} is never closed, so the rest of the file cannot be told apart.",
        'Close it, or double it ("") where it belongs to the text.',
    ),
    "FILE-008": FileRule("Two columns have the same name and differ: {}.", "Rename one of them."),
    "FILE-009": FileRule("The file is larger than may be sent: {}.", "Split it, or ask the state to raise the bound."),
    "FILE-010": FileRule("The file has more columns than may be sent: {}.", "Send the columns that are asked for."),
    "FILE-011": FileRule(
        "A cell is longer than may be sent: {}.", "Shorten it; a stray quotation mark can also glue cells together."
    ),
    "FILE-012": FileRule("The file is locked with a password.", "Send it without a password."),
    "FILE-013": FileRule("The archive is damaged: {}.", "Make the archive again and send it."),
    "FILE-014": FileRule(
        "A name inside the archive points outside it, occurs twice or has unprintable letters: {}.",
        "Make the archive from plain file names.",
    ),
    "FILE-015": FileRule("The archive holds more files than may be sent: {}.", "Send fewer files in one archive."),
    "FILE-016": FileRule("The archive grows past the bound when unpacked: {}.", "Send the files without the archive."),
    "FILE-017": FileRule("There is an archive inside the archive: {}.", "Send the files in one archive only."),
    "FILE-018": FileRule("The archive holds no file that can be used.", "Put the extract's files into the archive."),
    "FILE-019": FileRule("The workbook is damaged: {}.", "Open it, save it again and send it."),
    "FILE-020": FileRule(
        "Several sheets could be meant: {}.", "Declare `sheet` in the mapping file, or send one sheet."
    ),
    "FILE-021": FileRule(
        "The workbook has no sheet named {}.", "Rename the sheet, or mend `sheet` in the mapping file."
    ),
    "FILE-022": FileRule(
        "Cells are merged inside the data: {}.", "Unmerge them and fill every row, then save and send again."
    ),
    "FILE-023": FileRule(
        "The file is no table, but {}.",
        "Open it in the program it came from and save it as CSV or .xlsx.",
    ),
    "FILE-024": FileRule("The XML file defines entities or a document type.", "Export it without them."),
    "FILE-025": FileRule("The XML cannot be read: {}.", "Export the file again."),
    "FILE-026": FileRule(
        "The XML holds nothing for this extract: {}.", "Send the interchange that belongs in this folder."
    ),
    "FILE-027": FileRule("The OneRoster set is incomplete: {}.", "Send every file that the manifest names."),
    "FILE-028": FileRule("The OneRoster set carries changes only: {}.", "Send a bulk set, which holds everything."),
    "FILE-029": FileRule(
        "The file has columns of fixed width, and {}.",
        "Declare `fixed_width` columns (name, start, width) in the mapping file.",
    ),
    "FILE-030": FileRule("The Parquet file cannot be used: {}.", "Write it again with plain columns."),
    "FILE-031": FileRule(
        "Day and month cannot be told apart in {}.",
        "Send dates as 2026-01-31, or declare `date_format` for the column.",
    ),
    "FILE-032": FileRule(
        "The dates do not all follow one order of day and month: {}.", "Send dates as 2026-01-31 throughout."
    ),
    "FILE-033": FileRule(
        "A required column is missing: {}.",
        "Add the column, or say in the district's mapping file which column it is.",
    ),
    "FILE-034": FileRule(
        "The mapping file names a column that this file does not have: {}.",
        "Mend the mapping for this school year, or send the file with that column.",
    ),
    "FILE-035": FileRule("The file's name points outside its folder: {}.", "Give it a plain name."),
    "FILE-036": FileRule("The folder names a district that the state does not know: {}.", "Use the district's folder."),
    "FILE-037": FileRule("All rows belong to another district: {}.", "Put the file into that district's folder."),
    "FILE-038": FileRule("All rows belong to another school year: {}.", "Put the file into that year's folder."),
    "FILE-045": FileRule(
        "Most dates lie outside the folder's school year: {}.", "Put the file into the folder of the year it is about."
    ),
    "FILE-050": FileRule(
        "Reading the file took longer than it may: {}.", "Send it as plain CSV, or in several smaller files."
    ),
    "FILE-051": FileRule(
        "Reading the file took more memory than it may: {}.", "Send it as plain CSV, or in several smaller files."
    ),
    "FILE-052": FileRule(
        "The file has more cells than may be read of a file that is not plain CSV: {}.",
        "Send it as CSV in UTF-8 with the column names of the state's description; such a file may be of any length.",
    ),
    "FILE-053": FileRule(
        "The file could not be read to its end: something inside it is not as its format has it.",
        "Open it in the program it came from, save it as CSV and send that. "
        "If it comes back again, give the state the number of this submission.",
    ),
    "FILE-054": FileRule(
        "The file was read, but its rows could not be checked.",
        "Compare the file with one that was accepted before. "
        "If it comes back again, give the state the number of this submission.",
    ),
    "FILE-055": FileRule(
        "The file could not be opened: {}.",
        "The next run looks at it again. If it comes back then too, send it again, or ask the state.",
    ),
    "FILE-056": FileRule("The file's name cannot be used: {}.", "Give it a plain name and send it again."),
    "FILE-060": FileRule(
        "The file mends rows that came back (it names a row and a submission), and its marks do not fit: {}.",
        "Mend the cells of `returned.csv` and leave the columns whose names begin with `_rung_` as they are; "
        "for all else, send the whole file without these columns.",
    ),
    "FILE-061": FileRule(
        "The file mends rows of a submission that is not known for this district, school year and extract: {}.",
        "Put it into the folder of the file that it mends, or send the whole file.",
    ),
    "FILE-062": FileRule(
        "The file mends rows of a submission that does not count any more: {}.",
        "Mend `returned.csv` of the newest receipt, or send the whole file.",
    ),
    "FILE-063": FileRule(
        "A mended file came together with other files: {}.", "Send it by itself; what it mends is known already."
    ),
    "FILE-064": FileRule(
        "The file that this one mends cannot be mended in parts: {}.", "Send the whole file with the mended rows in it."
    ),
}

ROW_RULES: dict[str, FileRule] = {
    "ROW-001": FileRule(
        "The row has another number of cells than there are column names.", "Mend the row's separators."
    ),
    "ROW-002": FileRule(
        "A quotation mark inside the row is not doubled, so its cells cannot be told apart.",
        'Double the mark ("") or take it out.',
    ),
    "ROW-003": FileRule("A cell holds a formula error such as #REF!.", "Mend the formula or type the value."),
    "ROW-004": FileRule(
        "An identifier was turned into scientific notation by a spreadsheet, and its last digits are lost.",
        "Format the column as text and fill in the whole number.",
    ),
    "ROW-005": FileRule(
        "The district's identifier of the person is not in its crosswalk.", "Add it to the crosswalk, or mend it."
    ),
    "ROW-006": FileRule(
        "Another district uses the same identifier for a person with another license.",
        "Find out whose identifier it is; both districts have been told.",
    ),
    "ROW-007": FileRule(
        "The row says that it is a total, and its numbers are not the sums of the rows above it.",
        "Take totals out of the file, or give the row the educator's identifier.",
    ),
    "ROW-008": FileRule(
        "A value is not in the list that the district's mapping file gives for its column.",
        "Mend the value, or add it to `values` in the mapping file.",
    ),
}

REPAIRS: dict[str, str] = {
    "byte_order_mark": "A byte order mark was taken off",
    "utf16": "The file was read as UTF-16 or UTF-32",
    "cp1252": "The file was read as Windows-1252",
    "declared_encoding": "The file was read in the encoding that the mapping file declares",
    "nul_characters": "Null characters were taken out",
    "end_of_file_mark": "An old end-of-file mark was taken off",
    "replacement_characters": "Characters had been lost before the file was sent (shown as �)",
    "bare_carriage_returns": "Lines ended in a lone carriage return",
    "delimiter_tab": "Cells were separated by tabs",
    "delimiter_pipe": "Cells were separated by |",
    "delimiter_semicolon": "Cells were separated by ;",
    "delimiter_other": "Cells were separated by another sign than , ; | or a tab",
    "single_quotes": "Cells were wrapped in single quotation marks",
    "blanks_before_quotes": "Blanks stood between separators and quotation marks",
    "escaped_quotes": "Quotation marks inside cells were escaped by a backslash",
    "delimiter_declared": "Cells were separated as the mapping file declares",
    "separator_line": "A first line `sep=` was followed",
    "title_lines": "Lines above the column names were set aside",
    "footer_lines": "Lines below the table were set aside",
    "totals_lines": "Totals lines were set aside",
    "blank_lines": "Blank lines were set aside",
    "repeated_headers": "Repeated lines of column names were set aside",
    "other_tables": "Lines of other tables in the file were set aside, as declared",
    "trailing_empty_cells": "Empty cells after the last column were dropped",
    "short_rows": "Rows ended before their last cells, which are empty",
    "empty_columns": "Columns without name and content were dropped",
    "unnamed_columns": "Columns without a name were given one",
    "repeated_columns": "Columns that repeat another one's name were renamed or, if alike, dropped",
    "unpacked": "Files were unpacked from an archive",
    "ignored_members": "Files of the archive that are not data were left out",
    "lying_extension": "The file's name ends otherwise than its content says",
    "other_sheets": "Sheets of the workbook that were not asked for were left out",
    "hidden_sheets": "Hidden sheets of the workbook were left out",
    "text_from_numbers": "Numeric columns of the Parquet file were read as text",
    "short_lines": "Lines of a fixed-width file ended before the last column",
    "whole_grid_shift": "Empty columns left of the table were dropped",
    "edfi_status_final": "Ratings without a status were taken as final",
    "edfi_classification_other": "Staff classifications outside the canonical ones were read as `other`",
    "edfi_outside_scale": "Ratings lie outside the scale that the same file declares",
    "edfi_date_outside_year": "Rating dates lie outside the school year that the rating names",
    "edfi_unused_records": "Records of the interchange that no column needs were left out",
    "edfi_no_assignment": "Staff without an assignment have no roster row",
    "oneroster_manifest_version": "The OneRoster manifest writes another version than the standard's 1.0",
    "oneroster_not_staff": "OneRoster users who are not staff were left out",
    "oneroster_no_user": "OneRoster roles of users who are not in the set, or are deleted, were left out",
    "oneroster_deleted": "OneRoster users marked as deleted were left out",
    "oneroster_title_from_role": "Position titles were taken from OneRoster roles",
    "oneroster_dates_from_terms": "First and last days were taken from the OneRoster school year",
    "oneroster_unused_files": "OneRoster files that no column needs were left out",
    "trimmed_cells": "Blanks around values were trimmed",
    "spreadsheet_guards": 'Spreadsheet guards around texts (="…" or \') were taken off',
    "missing_marks": "Marks such as N/A were read as no value",
    "suppression_marks": "Marks of suppressed values (*, <10) were read as no value",
    "currency_signs": "Currency signs were taken off",
    "negative_brackets": "Amounts in brackets were read as negative",
    "trailing_minus": "Amounts with a minus at the end were read as negative",
    "thousands_separators": "Thousands separators were taken out",
    "decimal_commas": "Decimal commas were read as declared",
    "percent_signs": "Percent signs were read",
    "whole_numbers_with_decimals": "Whole numbers written as 12.0 were read as 12",
    "midnight_times": "A time of midnight was taken off dates",
    "times_of_day": "Times of day were taken off dates",
    "date_order_assumed": "Columns of dates were read in the state's order of day and month, as nothing in them tells",
    "hours_from_times": "Hours written as 7:30 were read as 7.5",
    "zeros_shown": "Leading zeros that the workbook's number format shows were kept",
    "windows_letters": "Windows letters that had been saved as control characters were restored",
    "declared_dates": "Dates were read in the declared format",
    "us_dates": "Dates with the month first were read",
    "day_first_dates": "Dates with the day first were read",
    "other_dates": "Dates in words or without separators were read",
    "excel_serial_dates": "Excel day numbers were read as dates",
    "yes_no_words": "Words for yes and no were read as true and false",
    "vocabulary_writing": "Words of fixed lists were brought to their usual writing",
    "identifiers_with_decimals": "Identifiers written as 12345.0 were read as 12345",
    "mended_rows": "Rows that came back before were replaced by their mended ones",
    "zeros_kept": "Leading zeros that a spreadsheet took off mended rows were kept as first sent",
    "zeros_restored": "Leading zeros of identifiers were restored to the declared width",
    "crosswalk_resolved": "Identifiers of persons were resolved by the crosswalk",
    "crosswalk_started": "Persons who are not in the crosswalk got an identifier of Rung's own",
    "crosswalk_other_people_unknown": "Other persons named in rows are not in the crosswalk and were left out",
    "pay_from_positions": "Pay lines were taken from a position file",
    "school_year_writing": "School years such as 2025-26 were read as 2026",
}
