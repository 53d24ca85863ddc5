-- Why the platform's owner did it, in a company that is not theirs.
ALTER TABLE audit_entry ADD COLUMN reason text;
