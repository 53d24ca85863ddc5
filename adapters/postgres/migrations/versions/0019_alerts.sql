-- What is found by looking rather than by being told, news by text message and to people's own webhooks, and what people care for.

-- What holds at this moment and has been told. A row goes when it holds no more; what holds again after that is told again.
CREATE TABLE late_order (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (company_id, order_id),
    FOREIGN KEY (company_id, order_id) REFERENCES purchase_order (company_id, id) ON DELETE CASCADE
);
CREATE TABLE overstock (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (company_id, product_id, site_id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);
CREATE TABLE failing_channel (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    channel text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (company_id, user_id, channel),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE
);
CREATE INDEX notification_delivery_ended ON notification_delivery (company_id, user_id, channel, created_at)
    WHERE state IN ('sent', 'failed') AND channel <> 'in_app';

-- How much a person works with a site or with a category: deeds of theirs, each worth the less the longer ago it was.
CREATE TABLE interest (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    site_id uuid,
    category_id uuid,
    weight double precision NOT NULL CHECK (weight > 0),
    CONSTRAINT interest_key UNIQUE NULLS NOT DISTINCT (company_id, user_id, site_id, category_id),
    CONSTRAINT interest_in_one_thing CHECK ((site_id IS NULL) <> (category_id IS NULL)),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, category_id) REFERENCES category (company_id, id) ON DELETE CASCADE
);
-- The last posting that is counted, and when that was.
CREATE TABLE interest_count (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    posting_id uuid NOT NULL,
    counted_at timestamptz NOT NULL
);
-- What somebody opened before they had it all forgotten speaks for nothing.
ALTER TABLE notification_reader ADD COLUMN forgotten_at timestamptz;

-- A number is a person's once they have shown that they read what comes there.
ALTER TABLE app_user ADD COLUMN phone text CHECK (phone ~ '^\+[1-9][0-9]{6,14}$');
CREATE TABLE phone_code (
    user_id uuid PRIMARY KEY REFERENCES app_user (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    phone text NOT NULL,
    sealed text NOT NULL,
    ends_at timestamptz NOT NULL
);
ALTER TABLE phone_code ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_user ON phone_code USING (user_id = (SELECT app_user_id())) WITH CHECK (user_id = (SELECT app_user_id()));

-- Text messages cost money: as many a day, by the company's clock, and no more.
ALTER TABLE company ADD COLUMN sms_daily_limit integer NOT NULL DEFAULT 100 CHECK (sms_daily_limit BETWEEN 0 AND 100000);
CREATE TABLE text_message_day (
    company_id uuid NOT NULL REFERENCES company (id),
    day date NOT NULL,
    texts integer NOT NULL CHECK (texts >= 0),
    surplus boolean NOT NULL DEFAULT false,     -- there were more; told once
    PRIMARY KEY (company_id, day)
);
-- `id` is what the carrier knows it by in every try. While it waits, `next_at` is the next try or the end of a lease.
CREATE TABLE text_message (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    text text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_token uuid,
    carrier_id text,
    last_error text,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE
);
CREATE INDEX text_message_due ON text_message (company_id, next_at) WHERE state = 'waiting';
CREATE INDEX text_message_done ON text_message (next_at) WHERE state <> 'waiting';
ALTER TABLE notification_delivery ADD COLUMN text_id uuid;
CREATE INDEX notification_delivery_text ON notification_delivery (company_id, text_id) WHERE state = 'posted' AND text_id IS NOT NULL;

-- A webhook with an owner is sent what that person is told, and nothing else.
ALTER TABLE webhook ADD COLUMN owner_id uuid;
ALTER TABLE webhook ADD CONSTRAINT webhook_owner_fkey FOREIGN KEY (company_id, owner_id)
    REFERENCES membership (company_id, user_id) ON DELETE CASCADE;
CREATE UNIQUE INDEX webhook_owner_key ON webhook (company_id, owner_id) WHERE owner_id IS NOT NULL;

-- A company hears that a mail of its own could not be delivered. `addressee` says to whom, as far as others may know.
ALTER TABLE mail ADD COLUMN company_id uuid REFERENCES company (id) ON DELETE CASCADE;
ALTER TABLE mail ADD COLUMN addressee text;

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['late_order', 'overstock', 'failing_channel', 'interest', 'interest_count', 'text_message_day',
                                  'text_message'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
