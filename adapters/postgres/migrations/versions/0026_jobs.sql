-- Work that takes longer than somebody waits: reports made in the background, for whoever asked for them.
CREATE TABLE job (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user (id),
    report text NOT NULL,
    format text NOT NULL,
    narrowed jsonb NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    rows integer NOT NULL DEFAULT 0,
    total integer,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),   -- when it may be taken: at once, or when the present lease ends
    lease_token uuid,
    problem text,
    digest text,
    size bigint,
    file_name text,
    media_type text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (company_id, id),
    CONSTRAINT job_done_has_file CHECK (state <> 'done' OR digest IS NOT NULL AND file_name IS NOT NULL AND media_type IS NOT NULL)
);
CREATE INDEX job_open ON job (next_at) WHERE state IN ('waiting', 'running');
CREATE INDEX job_of_person ON job (company_id, user_id, id DESC);
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_company ON job USING (company_id = (SELECT app_company())) WITH CHECK (company_id = (SELECT app_company()));
