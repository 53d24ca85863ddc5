-- What other parties tell us: webhooks that came, what became of text messages, who wants none.

-- A webhook as it came. `event_id` is what its sender calls the event, the same in every repetition. The address is sealed, for whoever has
-- it can write to it; with the rest of what came it goes once it was read. While it waits, `next_at` is the next try or the end of a lease,
-- afterwards when it ended.
CREATE TABLE inbox_message (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    plugin_id text NOT NULL,
    event_id text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
    received_at timestamptz NOT NULL,
    url text,
    headers jsonb,
    body bytea,
    size integer NOT NULL CHECK (size >= 0),    -- of the body, in bytes
    verified boolean NOT NULL,              -- when it came; else it is kept to be verified when it is read
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'leased', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_token uuid,
    last_error text,
    PRIMARY KEY (company_id, id),
    CONSTRAINT inbox_message_once UNIQUE (company_id, plugin_id, event_id),
    CONSTRAINT inbox_message_whole CHECK ((url IS NULL) = (body IS NULL) AND (headers IS NULL) = (body IS NULL)),
    CONSTRAINT inbox_message_to_be_read CHECK (body IS NOT NULL OR state IN ('done', 'dead')),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id) ON DELETE CASCADE
);
CREATE INDEX inbox_message_due ON inbox_message (company_id, plugin_id, next_at) WHERE state IN ('new', 'leased');
CREATE INDEX inbox_message_kept ON inbox_message (company_id, plugin_id) INCLUDE (size) WHERE body IS NOT NULL;
CREATE INDEX inbox_message_ended ON inbox_message (next_at) WHERE state IN ('done', 'dead');

-- Whoever has a number has said, at that moment, whether they want text messages of the company.
CREATE TABLE text_consent (
    company_id uuid NOT NULL REFERENCES company (id),
    number text NOT NULL CHECK (number ~ '^\+[1-9][0-9]{6,14}$'),
    wanted boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (company_id, number)
);

-- What the other side reports of a message that it took.
ALTER TABLE text_message DROP CONSTRAINT text_message_state_check,
    ADD CONSTRAINT text_message_state_check CHECK (state IN ('waiting', 'sent', 'delivered', 'failed'));
CREATE INDEX text_message_carrier ON text_message (company_id, carrier_id) WHERE carrier_id IS NOT NULL;
ALTER TABLE notification_delivery DROP CONSTRAINT notification_delivery_state_check,
    ADD CONSTRAINT notification_delivery_state_check CHECK (state IN ('new', 'folded', 'posted', 'sent', 'delivered', 'failed'));
DROP INDEX notification_delivery_text, notification_delivery_ended;
CREATE INDEX notification_delivery_text ON notification_delivery (company_id, text_id) WHERE text_id IS NOT NULL;
CREATE INDEX notification_delivery_ended ON notification_delivery (company_id, user_id, channel, created_at)
    WHERE state IN ('sent', 'delivered', 'failed') AND channel <> 'in_app';

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['inbox_message', 'text_consent'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
