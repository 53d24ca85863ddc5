-- The code of what stood in the way, beside its words, so that everybody reads it in their own language.
ALTER TABLE channel_order ADD COLUMN problem_code text NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN problem_code text;
