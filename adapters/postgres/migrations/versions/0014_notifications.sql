-- What people are told, and how they want to be told.

-- Whether a product has ever run out at a site: what comes for the first time is not back.
ALTER TABLE site_stock ADD COLUMN has_run_out boolean NOT NULL DEFAULT false, NO FORCE ROW LEVEL SECURITY;
UPDATE site_stock SET has_run_out = true WHERE on_hand <= 0 AND version > 1;
ALTER TABLE site_stock FORCE ROW LEVEL SECURITY;

-- A wish about one kind of news; where there is none, the defaults of the role hold.
CREATE TABLE notification_preference (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    channels text[] NOT NULL,
    timing text NOT NULL CHECK (timing IN ('at_once', 'daily', 'weekly')),
    site_ids uuid[],                        -- NULL: all that they see
    category_ids uuid[],                    -- NULL: all, and what has none
    PRIMARY KEY (company_id, user_id, kind),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE
);

-- A person as the mails about news see them: when to look again whether one is to be written (NULL: nothing waits), and the
-- hours that suit them. Whoever writes a mail holds this row.
CREATE TABLE notification_reader (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    next_at timestamptz,
    quiet_from time,
    quiet_to time,
    digest_hour smallint CHECK (digest_hour BETWEEN 0 AND 23),
    digest_weekday smallint CHECK (digest_weekday BETWEEN 1 AND 7),   -- 1 is Monday
    PRIMARY KEY (company_id, user_id),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE,
    CONSTRAINT notification_reader_quiet_hours CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to)
);
CREATE INDEX notification_reader_due ON notification_reader (company_id, next_at) WHERE next_at IS NOT NULL;

-- What one person is told: one item, or many of a kind at a site that came close together.
CREATE TABLE notification (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    site_id uuid,
    in_app boolean NOT NULL,                -- else it is in mails only
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    dismissed_at timestamptz,
    PRIMARY KEY (company_id, id),
    CONSTRAINT notification_of_person_key UNIQUE (company_id, id, user_id),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);
CREATE INDEX notification_by_reader ON notification (company_id, user_id, id);
CREATE INDEX notification_unread ON notification (company_id, user_id, id)
    WHERE in_app AND read_at IS NULL AND dismissed_at IS NULL;
CREATE INDEX notification_decided ON notification (company_id, user_id, kind, id)
    WHERE read_at IS NOT NULL OR dismissed_at IS NOT NULL;
CREATE INDEX notification_age ON notification USING brin (created_at);

-- One event for one person, once.
CREATE TABLE notification_item (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    notification_id uuid NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    category_id uuid,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, user_id, event_id),
    FOREIGN KEY (company_id, notification_id, user_id) REFERENCES notification (company_id, id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, event_id) REFERENCES outbox_event (company_id, id)
);
CREATE INDEX notification_item_of ON notification_item (company_id, notification_id, event_id);

-- How an item reaches its person by one channel. 'folded' waits for the next digest though the person wished it at once;
-- 'posted' is a mail on its way, whose end the queue of mails records here.
CREATE TABLE notification_delivery (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    channel text NOT NULL,
    timing text NOT NULL CHECK (timing IN ('at_once', 'daily', 'weekly')),
    state text NOT NULL CHECK (state IN ('new', 'folded', 'posted', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    outcome text,
    mail_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, user_id, event_id, channel),
    FOREIGN KEY (company_id, user_id, event_id) REFERENCES notification_item (company_id, user_id, event_id) ON DELETE CASCADE
);
CREATE INDEX notification_delivery_waiting ON notification_delivery (company_id, user_id, created_at)
    WHERE state IN ('new', 'folded');
CREATE INDEX notification_delivery_mail ON notification_delivery (mail_id) WHERE state = 'posted';

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['notification_preference', 'notification_reader', 'notification', 'notification_item',
                                  'notification_delivery'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
