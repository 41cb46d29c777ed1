-- What each decision was made from: a JSON object, kind → hash (reference tables, mapping, crosswalk, calendar, suites,
-- code of intake, bounds). Empty where that is not known: at `received`, and in ledgers of before.
ALTER TABLE submission_event ADD COLUMN made_from TEXT NOT NULL DEFAULT '';
