-- The submission whose rows this one mends; empty for one that was sent whole.
ALTER TABLE submission ADD COLUMN parent TEXT NOT NULL DEFAULT '';
