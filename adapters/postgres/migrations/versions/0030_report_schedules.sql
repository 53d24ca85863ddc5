-- Reports that come by mail at fixed times. `period` is seen from the day on which it is sent. `done` is the last day, by the company's
-- clock, that needs nothing more, so that no day has two; `next_at` is when to look again.
CREATE TABLE report_schedule (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    owner_id uuid NOT NULL REFERENCES app_user (id),
    name text NOT NULL,
    report text NOT NULL,
    format text NOT NULL,
    narrowed jsonb NOT NULL,
    period text,
    every text NOT NULL CHECK (every IN ('day', 'weekday', 'week', 'month')),
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    weekday smallint CHECK (weekday BETWEEN 1 AND 7),
    month_day smallint CHECK (month_day BETWEEN 1 AND 31),
    language text NOT NULL CHECK (language IN ('es', 'en')),
    skip_empty boolean NOT NULL,
    readers uuid[] NOT NULL CHECK (array_position(readers, NULL) IS NULL),
    paused boolean NOT NULL DEFAULT false,
    done date NOT NULL,
    next_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT report_schedule_day CHECK ((weekday IS NOT NULL) = (every = 'week') AND (month_day IS NOT NULL) = (every = 'month'))
);
CREATE INDEX report_schedule_due ON report_schedule (next_at) WHERE NOT paused;
CREATE INDEX report_schedule_of_person ON report_schedule (company_id, owner_id);

-- What became of the last one, for each of its readers.
CREATE TABLE report_schedule_outcome (
    company_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES app_user (id),
    due_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'posted', 'sent', 'nothing', 'failed', 'resting')),
    problem text,
    job_id uuid,
    mail_id uuid,
    PRIMARY KEY (company_id, schedule_id, user_id),
    FOREIGN KEY (company_id, schedule_id) REFERENCES report_schedule (company_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX report_schedule_outcome_mail ON report_schedule_outcome (mail_id) WHERE mail_id IS NOT NULL;

-- A job that a schedule asked for is made for one of its readers. `seen` is what that reader and the owner both may see: whoever may see
-- the same gets the same file.
ALTER TABLE job
    ADD COLUMN schedule_id uuid,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN seen bytea,
    ADD CONSTRAINT job_schedule_fkey FOREIGN KEY (company_id, schedule_id) REFERENCES report_schedule (company_id, id)
        ON DELETE SET NULL (schedule_id);
CREATE INDEX job_of_schedule ON job (company_id, schedule_id, due_at) WHERE schedule_id IS NOT NULL;

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['report_schedule', 'report_schedule_outcome'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
