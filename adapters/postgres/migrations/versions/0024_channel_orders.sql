-- Orders of storefronts and of other shops, what of them left and came back, and what of that the ledger knows.

-- What a reservation wanted and does not have: it was lost to a fact, or never there. It comes back when stock does.
ALTER TABLE reservation ADD COLUMN short quantity NOT NULL DEFAULT 0 CHECK (short >= 0);
CREATE INDEX reservation_short ON reservation (company_id, product_id, site_id) WHERE short > 0;

-- `changed_at` is the moment of the newest picture that was seen, `by_location` whether its shop speaks of locations of its own.
-- `look_at` is when the order is to be looked at again, nothing where nothing waits. `problem` are the words of a refusal.
CREATE TABLE channel_order (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    channel text NOT NULL CHECK (channel ~ '^[a-z][a-z0-9_-]{0,63}$'),
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 255),
    number text NOT NULL,
    placed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    location text,
    by_location boolean NOT NULL,
    site_id uuid,
    buyer text NOT NULL DEFAULT '',
    cancelled_at timestamptz,
    state text NOT NULL CHECK (state IN ('open', 'short', 'needs_attention', 'fulfilled', 'cancelled')),
    problem text NOT NULL DEFAULT '',
    lacks quantity NOT NULL DEFAULT 0 CHECK (lacks >= 0),   -- units that it wants or that left, and that are not there
    priority integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    look_at timestamptz,
    imported_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT channel_order_key UNIQUE (company_id, channel, external_id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);
CREATE INDEX channel_order_by_time ON channel_order (company_id, placed_at DESC, id DESC);
CREATE INDEX channel_order_to_look_at ON channel_order (look_at, company_id) WHERE look_at IS NOT NULL;
CREATE INDEX channel_order_unfinished ON channel_order (company_id, channel) WHERE state IN ('short', 'needs_attention');

CREATE TABLE channel_order_line (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    external_id text NOT NULL,
    item text,
    sku text NOT NULL,
    barcode text NOT NULL,
    title text NOT NULL,
    quantity quantity NOT NULL CHECK (quantity >= 0),
    unit_price amount NOT NULL CHECK (unit_price >= 0),
    seen_at timestamptz NOT NULL,
    product_id uuid,
    site_id uuid,
    problem text,
    PRIMARY KEY (company_id, order_id, line),
    CONSTRAINT channel_order_line_key UNIQUE (company_id, order_id, external_id),
    FOREIGN KEY (company_id, order_id) REFERENCES channel_order (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);
CREATE INDEX channel_order_line_by_product ON channel_order_line (company_id, product_id) WHERE product_id IS NOT NULL;
CREATE INDEX channel_order_line_unmatched ON channel_order_line (company_id, order_id) WHERE problem IS NOT NULL;

-- What left the shop at once, or came back to it. Never changed.
CREATE TABLE channel_order_fact (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fulfilment', 'return')),
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 255),
    at timestamptz NOT NULL,
    location text,
    site_id uuid,
    problem text,
    PRIMARY KEY (company_id, order_id, kind, external_id),
    FOREIGN KEY (company_id, order_id) REFERENCES channel_order (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);

-- Of what left or came back: what the ledger knows of, and what a person has settled otherwise. The rest is owed to the ledger.
CREATE TABLE channel_order_fact_line (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    fact text NOT NULL,
    line text NOT NULL,
    quantity quantity NOT NULL CHECK (quantity > 0),
    posted quantity NOT NULL DEFAULT 0 CHECK (posted >= 0),
    settled quantity NOT NULL DEFAULT 0 CHECK (settled >= 0),
    owed quantity NOT NULL GENERATED ALWAYS AS (quantity - posted - settled) STORED,
    PRIMARY KEY (company_id, order_id, kind, fact, line),
    CONSTRAINT channel_order_fact_line_once CHECK (posted + settled <= quantity),
    FOREIGN KEY (company_id, order_id, kind, fact) REFERENCES channel_order_fact (company_id, order_id, kind, external_id)
);
CREATE INDEX channel_order_fact_line_owed ON channel_order_fact_line (company_id, order_id) WHERE owed > 0;

CREATE TABLE channel_order_posting (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    kind text NOT NULL,
    fact text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    posting_id uuid NOT NULL,
    PRIMARY KEY (company_id, order_id, kind, fact, number),
    FOREIGN KEY (company_id, order_id, kind, fact) REFERENCES channel_order_fact (company_id, order_id, kind, external_id),
    FOREIGN KEY (company_id, posting_id) REFERENCES posting (company_id, id)
);

-- What happened to an order, and who did it where a person did.
CREATE TABLE channel_order_step (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL,
    state text NOT NULL,
    actor_id uuid REFERENCES app_user (id),
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (company_id, order_id, number),
    FOREIGN KEY (company_id, order_id) REFERENCES channel_order (company_id, id)
);

-- How far the orders of a storefront are read, and when it is asked again. Whoever asks has the lease.
CREATE TABLE channel_order_feed (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    cursor text,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_token uuid,
    leased_until timestamptz NOT NULL DEFAULT '-infinity',
    failures integer NOT NULL DEFAULT 0,
    last_error text,
    read_at timestamptz,
    PRIMARY KEY (company_id, plugin_id),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id) ON DELETE CASCADE
);

-- An order that the storefront is to be asked for: because it said that something is new, or because it could not be taken in before.
CREATE TABLE channel_order_hint (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 255),
    wanted integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error text,
    PRIMARY KEY (company_id, plugin_id, external_id),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id) ON DELETE CASCADE
);
CREATE INDEX channel_order_hint_due ON channel_order_hint (next_at, company_id, plugin_id);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['channel_order', 'channel_order_line', 'channel_order_fact', 'channel_order_fact_line',
                                  'channel_order_posting', 'channel_order_step', 'channel_order_feed', 'channel_order_hint'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
