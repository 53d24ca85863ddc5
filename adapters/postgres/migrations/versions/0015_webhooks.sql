-- Webhooks: where a company's events are sent. `next_at` is when the worker may send again: at once, after a rest, or when its
-- lease ends. Whoever holds the lease is the only one who sends.
CREATE TABLE webhook (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    url text NOT NULL,
    description text NOT NULL,
    event_types text[] CHECK (cardinality(event_types) > 0 AND array_position(event_types, NULL) IS NULL),   -- NULL: all
    disabled_reason text DEFAULT 'unproven',
    enabled boolean NOT NULL GENERATED ALWAYS AS (disabled_reason IS NULL) STORED,
    created_by uuid NOT NULL REFERENCES app_user (id),
    acts_for uuid NOT NULL REFERENCES app_user (id),
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    failures integer NOT NULL DEFAULT 0,    -- one after the other, of late
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    lease_token uuid,
    PRIMARY KEY (company_id, id)
);

-- Sealed. While one takes over from another, both sign.
CREATE TABLE webhook_secret (
    company_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    id uuid NOT NULL,
    sealed text NOT NULL,
    created_at timestamptz NOT NULL,
    ends_at timestamptz,                    -- NULL: it is the present one
    PRIMARY KEY (company_id, webhook_id, id),
    FOREIGN KEY (company_id, webhook_id) REFERENCES webhook (company_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_secret_present ON webhook_secret (company_id, webhook_id) WHERE ends_at IS NULL;

-- The subscriber 'webhook:<id>' is a webhook. No delivery is made for one that is gone, and with it its deliveries go.
ALTER TABLE delivery ADD COLUMN webhook_id uuid GENERATED ALWAYS AS
    (CASE WHEN subscriber LIKE 'webhook:%' THEN substr(subscriber, 9)::uuid END) STORED;
ALTER TABLE delivery ADD CONSTRAINT delivery_webhook_fkey FOREIGN KEY (company_id, webhook_id)
    REFERENCES webhook (company_id, id) ON DELETE CASCADE;
CREATE INDEX delivery_by_webhook ON delivery (company_id, webhook_id, position) WHERE webhook_id IS NOT NULL;

-- What came of each try. Of what the other side answers, its status is all that is kept.
CREATE TABLE webhook_attempt (
    company_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT new_id(),
    at timestamptz NOT NULL,
    status integer,                         -- NULL: there was no answer
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    error text,
    PRIMARY KEY (company_id, webhook_id, event_id, id),
    FOREIGN KEY (company_id, webhook_id) REFERENCES webhook (company_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_attempt_by_age ON webhook_attempt (at);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['webhook', 'webhook_secret', 'webhook_attempt'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
