-- Looks at the tables that are twice as large as when they were last looked at, so that plans are made for what is in them and not
-- for what was. The server does so by itself, but not within a transaction that loads, and what it has counted until then is lost
-- when it crashes or another takes its place: a table that grew meanwhile would be taken for an empty one, and of the indexes
-- that begin with the company, the one that finds the right row for no better than any other.
CREATE OR REPLACE FUNCTION ledger_learn_sizes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    grown text;
BEGIN
    SELECT string_agg(c.oid::regclass::text, ', ') INTO grown FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND pg_relation_size(c.oid) / current_setting('block_size')::integer > 2 * greatest(c.relpages, 4);
    IF grown IS NOT NULL THEN
        EXECUTE 'ANALYZE (SKIP_LOCKED) ' || grown;   -- what somebody else looks at is looked at
    END IF;
END $$;
