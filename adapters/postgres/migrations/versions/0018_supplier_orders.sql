-- Orders on their way to suppliers: how each supplier wants them, and what became of every sending.

-- `manual`: somebody sends them by themselves. `mail` and `http` go to the address, anything else is the id of a plugin, which knows
-- what its address means. The secret signs what is sent by http; it is sealed.
ALTER TABLE supplier
    ADD COLUMN order_channel text NOT NULL DEFAULT 'manual' CHECK (order_channel ~ '^[a-z][a-z0-9_-]{0,63}$'),
    ADD COLUMN order_address text NOT NULL DEFAULT '',
    ADD COLUMN order_secret text,
    ADD COLUMN order_secret_set_at timestamptz,
    ADD CONSTRAINT supplier_order_address CHECK (order_channel NOT IN ('mail', 'http') OR order_address <> ''),
    ADD CONSTRAINT supplier_order_secret CHECK ((order_channel = 'http') = (order_secret IS NOT NULL)
                                                AND (order_secret IS NULL) = (order_secret_set_at IS NULL));

-- `ended_at`: closed or cancelled.
ALTER TABLE purchase_order
    ADD COLUMN submitted_at timestamptz,
    ADD COLUMN ended_at timestamptz;

-- An order is sent anew, as the next number, when what stood in its way was put right. `document` is what was ordered, word for word
-- and from the beginning of its sending on; `digest` the file that was made of it. While it waits, `next_at` is the next try or, with
-- a lease, until when nobody else tries. `refused`: the supplier, or the way to it, said no for good. `unanswered`: the tries ran out,
-- and it may have arrived.
CREATE TABLE purchase_order_sending (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    id uuid NOT NULL,
    channel text NOT NULL,
    document text NOT NULL,
    digest text CHECK (digest ~ '^[0-9a-f]{64}$'),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'refused', 'unanswered', 'withdrawn')),
    requested_by uuid NOT NULL REFERENCES app_user (id),
    requested_at timestamptz NOT NULL,
    ended_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    uncounted integer NOT NULL DEFAULT 0,   -- of the attempts, those from before it was begun anew
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_token uuid,
    problem text,
    PRIMARY KEY (company_id, order_id, number),
    CONSTRAINT purchase_order_sending_key UNIQUE (company_id, id),
    FOREIGN KEY (company_id, order_id) REFERENCES purchase_order (company_id, id),
    CONSTRAINT purchase_order_sending_ended CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX purchase_order_sending_waiting ON purchase_order_sending (company_id, order_id) WHERE state = 'waiting';
CREATE INDEX purchase_order_sending_due ON purchase_order_sending (next_at, company_id) WHERE state = 'waiting';
CREATE INDEX purchase_order_sending_by_digest ON purchase_order_sending (company_id, digest);

-- What became of each try that came back.
CREATE TABLE purchase_order_sending_attempt (
    company_id uuid NOT NULL,
    sending_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'failed', 'refused', 'ambiguous')),
    problem text,
    PRIMARY KEY (company_id, sending_id, number),
    FOREIGN KEY (company_id, sending_id) REFERENCES purchase_order_sending (company_id, id)
);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['purchase_order_sending', 'purchase_order_sending_attempt'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
