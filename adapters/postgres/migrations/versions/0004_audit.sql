-- The audit trail. An entry outlives what it speaks of, and its recording must never refuse a change: it points to nothing but
-- its company. The stock ledger is not copied here: its rows never change and say themselves who made them, and when.
CREATE TABLE audit_entry (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL DEFAULT new_id(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id uuid NOT NULL,
    origin_address text,                    -- NULL: not from a request
    request_id text,
    action text NOT NULL CHECK (action IN ('created', 'changed', 'deleted', 'signed_in', 'sign_in_failed', 'switched')),
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    site_ids uuid[],                        -- the sites that it concerns; NULL: the company as a whole
    before jsonb,
    after jsonb,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX audit_entry_by_time ON audit_entry (company_id, at, id);
CREATE INDEX audit_entry_by_subject ON audit_entry (company_id, subject_id, at);
CREATE INDEX audit_entry_by_actor ON audit_entry (company_id, actor_id, at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry EXECUTE FUNCTION refuse_change();

-- Each entry gets the next number of its company and a hash over itself and the hash before. Its key is not in the database.
CREATE TABLE audit_seal (
    company_id uuid NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    entry_id uuid NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (company_id, seq),
    CONSTRAINT audit_seal_entry_key UNIQUE (company_id, entry_id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal EXECUTE FUNCTION refuse_change();

-- Entries that wait for their seal. They are sealed as they are committed, which is not the order of their times.
CREATE TABLE audit_unsealed (
    company_id uuid NOT NULL,
    at timestamptz NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (company_id, at, entry_id)
);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['audit_entry', 'audit_seal', 'audit_unsealed'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
-- What the owner of the tables changes by hand, in whichever company, is recorded too.
CREATE POLICY recorded_for_owner ON audit_entry FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY recorded_for_owner ON audit_unsealed FOR INSERT TO CURRENT_USER WITH CHECK (true);
