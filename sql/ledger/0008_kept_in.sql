-- The object of the lake that holds a submission's accepted rows, with those of others that came with it; empty for one
-- that was rejected, and in ledgers of before `rung upgrade`, where each has an object of its own.
ALTER TABLE submission ADD COLUMN kept_in TEXT NOT NULL DEFAULT '';
