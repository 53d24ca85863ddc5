-- The stock ledger and what stands around it. Every tenant table begins with company_id, refers to other tenant tables by
-- composite foreign keys (a foreign-key check ignores row-level security) and is walled by a FORCEd policy.

CREATE DOMAIN quantity AS numeric(18, 6) CHECK (VALUE <> 'NaN');
CREATE DOMAIN amount AS numeric(18, 4) CHECK (VALUE <> 'NaN');

-- The company of the transaction. After a transaction the setting reads '' rather than NULL.
CREATE FUNCTION app_company() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.company_id', true), '')::uuid;
CREATE FUNCTION app_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.user_id', true), '')::uuid;
CREATE FUNCTION app_is_platform() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.platform', true), '') = 'on';

-- Time-ordered ids (RFC 9562 version 7) for rows that the database itself originates; PostgreSQL 15 has no uuidv7().
CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid;

-- ------------------------------------------------------------------ people and companies

CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    login text NOT NULL CHECK (login = lower(btrim(login)) AND login <> ''),
    name text NOT NULL,
    password_hash text NOT NULL,
    locale text NOT NULL DEFAULT 'es-EC',
    is_platform_owner boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    loopback_only boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT app_user_login_key UNIQUE (login)
);
-- Whoever works without having signed in: the installer at the command line, scheduled work.
INSERT INTO app_user (id, login, name, password_hash, active)
VALUES ('00000000-0000-0000-0000-000000000000', 'system', 'Pirwa', 'no password', false);

CREATE TABLE company (
    id uuid PRIMARY KEY,
    code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{1,31}$'),
    name text NOT NULL,
    locale text NOT NULL DEFAULT 'es-EC',
    time_zone text NOT NULL DEFAULT 'America/Guayaquil',
    currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
    costing_method text NOT NULL DEFAULT 'average' CHECK (costing_method IN ('average', 'fifo')),
    locked_through timestamptz,
    suspended boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT company_code_key UNIQUE (code)
);

CREATE TABLE membership (
    company_id uuid NOT NULL REFERENCES company (id),
    user_id uuid NOT NULL REFERENCES app_user (id),
    role text NOT NULL,
    site_ids uuid[],                       -- NULL: every site of the company
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, user_id)
);
CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE site (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,15}$'),
    name text NOT NULL,
    type text NOT NULL CHECK (type IN ('warehouse', 'point_of_sale', 'laboratory')),
    negative_ok boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT site_code_key UNIQUE (company_id, code)
);

-- A location inside a site holds balances; one without a site is the other end of a move (supplier, customer, ...).
-- `address` names it in one word: 'UIO' (the site's default), 'UIO:transit', 'UIO/A-01', ':customer'.
CREATE TABLE location (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    site_id uuid,
    code text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('stock', 'input', 'quality', 'output', 'quarantine', 'transit',
                                       'supplier', 'customer', 'adjustment', 'scrap', 'production')),
    address text NOT NULL,
    is_physical boolean NOT NULL GENERATED ALWAYS AS
        (role IN ('stock', 'input', 'quality', 'output', 'quarantine')) STORED,
    is_allocatable boolean NOT NULL GENERATED ALWAYS AS (role = 'stock') STORED,
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    CONSTRAINT location_address_key UNIQUE (company_id, address),
    CONSTRAINT location_code_key UNIQUE NULLS NOT DISTINCT (company_id, site_id, code),
    CONSTRAINT location_in_site CHECK
        ((site_id IS NULL) = (role IN ('supplier', 'customer', 'adjustment', 'scrap', 'production')))
);

-- ------------------------------------------------------------------ catalogue

CREATE TABLE category (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    parent_id uuid,
    name text NOT NULL,
    depth smallint NOT NULL CHECK (depth BETWEEN 1 AND 3),
    parent_depth smallint GENERATED ALWAYS AS (CASE WHEN depth > 1 THEN depth - 1 END) STORED,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT category_depth_key UNIQUE (company_id, id, depth),
    CONSTRAINT category_parent_fkey FOREIGN KEY (company_id, parent_id, parent_depth)
        REFERENCES category (company_id, id, depth),
    CONSTRAINT category_root CHECK ((depth = 1) = (parent_id IS NULL)),
    CONSTRAINT category_name_key UNIQUE NULLS NOT DISTINCT (company_id, parent_id, name)
);

CREATE TABLE product (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    sku text NOT NULL CHECK (sku = btrim(sku) AND sku <> ''),
    sku_key text NOT NULL GENERATED ALWAYS AS (lower(sku)) STORED,
    name text NOT NULL,
    name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,  -- row-level security bars lower() from an index
    description text NOT NULL DEFAULT '',
    kind text NOT NULL DEFAULT 'unit' CHECK (kind IN ('unit', 'kit')),
    tracking text NOT NULL DEFAULT 'none' CHECK (tracking IN ('none', 'lot', 'serial')),
    unit text NOT NULL DEFAULT 'unit',
    category_id uuid,
    price amount NOT NULL DEFAULT 0 CHECK (price >= 0),
    cost amount NOT NULL DEFAULT 0 CHECK (cost >= 0),
    shelf_life_days integer CHECK (shelf_life_days > 0),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT product_sku_key UNIQUE (company_id, sku_key),
    CONSTRAINT product_kind_key UNIQUE (company_id, id, kind),
    CONSTRAINT product_category_fkey FOREIGN KEY (company_id, category_id) REFERENCES category (company_id, id),
    CONSTRAINT product_kit_untracked CHECK (kind = 'unit' OR tracking = 'none')
);
CREATE INDEX product_by_name ON product (company_id, name_key, id);
CREATE INDEX product_by_category ON product (company_id, category_id);

-- Components are always units: a kit of kits would make availability a graph walk.
CREATE TABLE kit_component (
    company_id uuid NOT NULL,
    kit_id uuid NOT NULL,
    component_id uuid NOT NULL,
    quantity quantity NOT NULL CHECK (quantity > 0),
    kit_kind text NOT NULL GENERATED ALWAYS AS ('kit') STORED,
    component_kind text NOT NULL GENERATED ALWAYS AS ('unit') STORED,
    PRIMARY KEY (company_id, kit_id, component_id),
    CONSTRAINT kit_component_kit_fkey FOREIGN KEY (company_id, kit_id, kit_kind)
        REFERENCES product (company_id, id, kind),
    CONSTRAINT kit_component_component_fkey FOREIGN KEY (company_id, component_id, component_kind)
        REFERENCES product (company_id, id, kind)
);
CREATE INDEX kit_component_by_component ON kit_component (company_id, component_id);

CREATE TABLE barcode (
    company_id uuid NOT NULL,
    code text NOT NULL,                     -- canonical: a GTIN in 14 digits, else as given
    written text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('gtin', 'custom')),
    product_id uuid NOT NULL,
    pack_quantity quantity NOT NULL DEFAULT 1 CHECK (pack_quantity > 0),
    PRIMARY KEY (company_id, code),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id)
);
CREATE INDEX barcode_by_product ON barcode (company_id, product_id);

CREATE TABLE product_image (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    position integer NOT NULL,
    digest text NOT NULL,
    thumbnail_digest text NOT NULL,
    media_type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    size integer NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id)
);
CREATE INDEX product_image_by_product ON product_image (company_id, product_id, position);

CREATE TABLE lot (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    number text NOT NULL CHECK (number = btrim(number) AND number <> ''),
    is_serial boolean NOT NULL,
    expires_on date,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    CONSTRAINT lot_number_key UNIQUE (company_id, product_id, number),
    CONSTRAINT lot_product_key UNIQUE (company_id, product_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id)
);

-- ------------------------------------------------------------------ the ledger

CREATE TABLE posting (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receipt', 'issue', 'sale', 'customer_return', 'supplier_return',
                                       'adjustment', 'scrap', 'transfer', 'opening', 'assembly')),
    document_type text NOT NULL CHECK (document_type IN ('sales_note', 'invoice', 'work_order', 'purchase_order',
                                                         'adjustment', 'transfer', 'count', 'other')),
    document_number text NOT NULL DEFAULT '',
    document_date date,
    document_party text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor_id uuid REFERENCES app_user (id),
    source text NOT NULL DEFAULT 'api',
    source_ref text,
    reversal_of uuid,
    return_of uuid,
    transfer_id uuid,
    PRIMARY KEY (company_id, id),
    CONSTRAINT posting_reversal_fkey FOREIGN KEY (company_id, reversal_of) REFERENCES posting (company_id, id),
    CONSTRAINT posting_return_fkey FOREIGN KEY (company_id, return_of) REFERENCES posting (company_id, id)
);
CREATE UNIQUE INDEX posting_source_key ON posting (company_id, source, source_ref) WHERE source_ref IS NOT NULL;
CREATE UNIQUE INDEX posting_reversal_key ON posting (company_id, reversal_of) WHERE reversal_of IS NOT NULL;
CREATE INDEX posting_by_time ON posting (company_id, effective_at, id);
CREATE INDEX posting_by_document ON posting (company_id, document_number) WHERE document_number <> '';
CREATE INDEX posting_by_sale_returned ON posting (company_id, return_of) WHERE return_of IS NOT NULL;
CREATE INDEX posting_by_transfer ON posting (company_id, transfer_id) WHERE transfer_id IS NOT NULL;

-- One row moves one quantity of one product from one location to another. `cost` is what those units were worth when they
-- moved; it is never changed. from_site and to_site are the physical sites (NULL for virtual ends and for transit).
CREATE TABLE move (
    company_id uuid NOT NULL,
    posting_id uuid NOT NULL,
    number integer NOT NULL,
    line integer NOT NULL,
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    product_id uuid NOT NULL,
    lot_id uuid,
    from_location_id uuid NOT NULL,
    to_location_id uuid NOT NULL,
    from_site_id uuid,
    to_site_id uuid,
    quantity quantity NOT NULL CHECK (quantity > 0),
    cost amount NOT NULL,
    unit_price amount,
    total amount,
    kit_id uuid,
    kit_quantity quantity,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, posting_id, number),
    CONSTRAINT move_goes_somewhere CHECK (from_location_id <> to_location_id),
    CONSTRAINT move_between_sites_by_transit CHECK (from_site_id IS NULL OR to_site_id IS NULL OR from_site_id = to_site_id),
    CONSTRAINT move_posting_fkey FOREIGN KEY (company_id, posting_id) REFERENCES posting (company_id, id),
    CONSTRAINT move_product_fkey FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    CONSTRAINT move_lot_fkey FOREIGN KEY (company_id, product_id, lot_id) REFERENCES lot (company_id, product_id, id),
    CONSTRAINT move_from_fkey FOREIGN KEY (company_id, from_location_id) REFERENCES location (company_id, id),
    CONSTRAINT move_to_fkey FOREIGN KEY (company_id, to_location_id) REFERENCES location (company_id, id)
);
CREATE INDEX move_history ON move (company_id, product_id, effective_at, seq);
CREATE INDEX move_by_kit ON move (company_id, kit_id) WHERE kit_id IS NOT NULL;
CREATE INDEX move_by_time ON move (company_id, effective_at, seq);

-- What lies in one location, per lot. Only ledger functions write it, holding the lock on its site_stock row.
CREATE TABLE stock_balance (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    location_id uuid NOT NULL,
    lot_key uuid NOT NULL GENERATED ALWAYS AS
        (coalesce(lot_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED,
    lot_id uuid,
    is_serial boolean NOT NULL DEFAULT false,
    on_hand quantity NOT NULL DEFAULT 0,
    negative_ok boolean NOT NULL DEFAULT false,
    last_effective_at timestamptz NOT NULL DEFAULT '-infinity',
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, product_id, location_id, lot_key),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    FOREIGN KEY (company_id, location_id) REFERENCES location (company_id, id),
    FOREIGN KEY (company_id, product_id, lot_id) REFERENCES lot (company_id, product_id, id),
    CONSTRAINT stock_balance_not_negative CHECK (negative_ok OR on_hand >= 0),
    CONSTRAINT stock_balance_serial_is_one CHECK (NOT is_serial OR on_hand IN (0, 1)),
    CONSTRAINT stock_balance_serial_in_one_place EXCLUDE USING btree (company_id WITH =, lot_id WITH =)
        WHERE (is_serial AND on_hand > 0) DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 80);

-- One row per product and site: the lock that serialises every change there, the promise, the value.
CREATE TABLE site_stock (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    on_hand quantity NOT NULL DEFAULT 0,
    allocatable quantity NOT NULL DEFAULT 0,
    promised quantity NOT NULL DEFAULT 0 CHECK (promised >= 0),
    value amount NOT NULL DEFAULT 0,
    unit_cost numeric(24, 10) NOT NULL DEFAULT 0,
    received_position numeric(24, 6) NOT NULL DEFAULT 0,
    issued_position numeric(24, 6) NOT NULL DEFAULT 0,
    uncovered_cost amount NOT NULL DEFAULT 0,
    is_low boolean NOT NULL DEFAULT false,
    negative_ok boolean NOT NULL DEFAULT false,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, product_id, site_id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    CONSTRAINT site_stock_promise_kept CHECK (negative_ok OR promised <= allocatable)
) WITH (fillfactor = 80);
CREATE INDEX site_stock_by_site ON site_stock (company_id, site_id, product_id);

-- First in, first out: a receipt occupies the positions (from, to] of its product and site, an issue consumes the next
-- positions, so what remains of a layer follows from site_stock.issued_position and no layer ever changes. The layers of a
-- product and site follow each other without gap. They are found by a whole number, because under row-level security no index
-- is searched for a numeric: its comparisons are not leakproof, and a look for one layer would read them all.
CREATE FUNCTION layer_key(place numeric) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (place * 1000000)::bigint;
CREATE TABLE cost_layer (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    to_key bigint NOT NULL GENERATED ALWAYS AS ((to_position * 1000000)::bigint) STORED,
    to_position numeric(24, 6) NOT NULL,
    from_position numeric(24, 6) NOT NULL,
    value amount NOT NULL,
    posting_id uuid NOT NULL,
    number integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, product_id, site_id, to_key),
    CHECK (from_position < to_position),
    FOREIGN KEY (company_id, product_id, site_id) REFERENCES site_stock (company_id, product_id, site_id),
    FOREIGN KEY (company_id, posting_id, number) REFERENCES move (company_id, posting_id, number)
        DEFERRABLE INITIALLY DEFERRED    -- the layers of a posting are made before its moves, which need their cost
);

-- A change of value without a movement, dated when it became known.
CREATE TABLE revaluation (
    company_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT new_id(),
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    value amount NOT NULL,
    reason text NOT NULL,
    posting_id uuid,
    actor_id uuid REFERENCES app_user (id),
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, product_id, site_id) REFERENCES site_stock (company_id, product_id, site_id),
    FOREIGN KEY (company_id, posting_id) REFERENCES posting (company_id, id)
);
CREATE INDEX revaluation_by_time ON revaluation (company_id, effective_at);

-- Closing quantity and value of a product at a site on each day that changed it, for days already closed
-- (company_checkpoint.through). A cache, written by ledger functions alone: `pirwa verify` recomputes it. It has no foreign key,
-- which would be 40 % of the cost of filling it.
CREATE TABLE stock_checkpoint (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    day date NOT NULL,
    on_hand quantity NOT NULL,
    value amount NOT NULL,
    PRIMARY KEY (company_id, product_id, site_id, day)
);
CREATE TABLE company_checkpoint (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    through date NOT NULL DEFAULT '-infinity'
);

CREATE TABLE reorder_policy (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    minimum quantity NOT NULL CHECK (minimum >= 0),
    target quantity NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, product_id, site_id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    CONSTRAINT reorder_policy_target_above_minimum CHECK (target >= minimum)
);

CREATE TABLE reservation (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    quantity quantity NOT NULL CHECK (quantity > 0),
    open quantity NOT NULL CHECK (open >= 0),     -- still promised: what was neither consumed nor given up
    state text NOT NULL CHECK (state IN ('held', 'committed', 'consumed', 'short', 'released', 'expired')),
    priority integer NOT NULL DEFAULT 0,          -- the higher, the later it is shortened
    expires_at timestamptz,
    demand_type text NOT NULL DEFAULT 'manual',
    demand_id uuid,
    demand_line integer,
    note text NOT NULL DEFAULT '',
    actor_id uuid REFERENCES app_user (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, product_id, site_id) REFERENCES site_stock (company_id, product_id, site_id),
    CONSTRAINT reservation_open_while_active CHECK ((open > 0) = (state IN ('held', 'committed'))),
    CONSTRAINT reservation_held_expires CHECK (state <> 'held' OR expires_at IS NOT NULL)
);
CREATE INDEX reservation_active ON reservation (company_id, product_id, site_id) WHERE open > 0;
CREATE INDEX reservation_expiring ON reservation (expires_at) WHERE state = 'held';
CREATE INDEX reservation_by_demand ON reservation (company_id, demand_id) WHERE demand_id IS NOT NULL;

CREATE TABLE transfer (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'pending', 'in_transit', 'partially_received', 'confirmed',
                                         'cancelled', 'recalled')),
    source_site_id uuid NOT NULL,
    destination_site_id uuid NOT NULL,
    note text NOT NULL DEFAULT '',
    created_by uuid REFERENCES app_user (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT transfer_number_key UNIQUE (company_id, number),
    FOREIGN KEY (company_id, source_site_id) REFERENCES site (company_id, id),
    FOREIGN KEY (company_id, destination_site_id) REFERENCES site (company_id, id),
    CONSTRAINT transfer_between_two_sites CHECK (source_site_id <> destination_site_id)
);
CREATE INDEX transfer_by_state ON transfer (company_id, state, id);
ALTER TABLE posting ADD CONSTRAINT posting_transfer_fkey
    FOREIGN KEY (company_id, transfer_id) REFERENCES transfer (company_id, id);

CREATE TABLE transfer_line (
    company_id uuid NOT NULL,
    transfer_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL,
    lot_id uuid,
    requested quantity NOT NULL CHECK (requested > 0),
    shipped quantity NOT NULL DEFAULT 0 CHECK (shipped >= 0),
    received quantity NOT NULL DEFAULT 0 CHECK (received >= 0),
    resolved quantity NOT NULL DEFAULT 0 CHECK (resolved >= 0),
    in_transit quantity NOT NULL GENERATED ALWAYS AS (shipped - received - resolved) STORED,
    shipped_cost amount NOT NULL DEFAULT 0,
    settled_cost amount NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id, transfer_id, line),
    FOREIGN KEY (company_id, transfer_id) REFERENCES transfer (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    FOREIGN KEY (company_id, product_id, lot_id) REFERENCES lot (company_id, product_id, id),
    CONSTRAINT transfer_line_open_part CHECK (shipped - received - resolved >= 0)
);

CREATE TABLE attachment (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    subject_type text NOT NULL CHECK (subject_type IN ('posting', 'transfer', 'product')),
    subject_id uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    digest text NOT NULL,
    uploaded_by uuid REFERENCES app_user (id),
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id)
);
CREATE INDEX attachment_by_subject ON attachment (company_id, subject_id);

-- ------------------------------------------------------------------ messaging

-- What a keyed request led to: the postings it made, which never change and so need no copy, or its answer.
CREATE TABLE idempotency_key (
    company_id uuid NOT NULL,
    principal_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL,
    postings uuid[],
    result json,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, principal_id, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key USING brin (created_at);

-- `position` is the company-wide event number that feeds follow; the relay, a single writer, assigns it after commit.
CREATE TABLE outbox_event (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL DEFAULT new_id(),
    type text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    data json NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    position bigint,
    PRIMARY KEY (company_id, id)
);
CREATE UNIQUE INDEX outbox_event_position_key ON outbox_event (company_id, position) WHERE position IS NOT NULL;
CREATE INDEX outbox_event_new ON outbox_event (company_id, occurred_at, id) WHERE position IS NULL;
CREATE TABLE event_position (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    last bigint NOT NULL DEFAULT 0
);

-- 'paused' is a plugin that stopped itself, because of `problem`; its work waits until somebody enables it again.
CREATE TABLE plugin_installation (
    company_id uuid NOT NULL REFERENCES company (id),
    plugin_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('enabled', 'paused', 'disabled')),
    settings jsonb NOT NULL DEFAULT '{}',
    problem text,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, plugin_id),
    CONSTRAINT plugin_installation_pause_has_reason CHECK (state <> 'paused' OR problem IS NOT NULL)
);

-- One event for one subscriber. `next_at` is when it may be taken: its next try, or the end of the present lease.
CREATE TABLE delivery (
    company_id uuid NOT NULL,
    event_id uuid NOT NULL,
    subscriber text NOT NULL,               -- 'core:<reaction>' or '<plugin>:<reaction>'
    aggregate_key text NOT NULL,
    position bigint NOT NULL,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'leased', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    lease_token uuid,
    last_error text,
    PRIMARY KEY (company_id, event_id, subscriber),
    FOREIGN KEY (company_id, event_id) REFERENCES outbox_event (company_id, id)
);
CREATE INDEX delivery_open ON delivery (company_id, subscriber, aggregate_key, position) WHERE state IN ('new', 'leased');
CREATE INDEX delivery_due ON delivery (company_id, subscriber, next_at, position) WHERE state IN ('new', 'leased');
CREATE INDEX delivery_done ON delivery (next_at) WHERE state = 'done';
CREATE INDEX delivery_dead ON delivery (company_id, subscriber) WHERE state = 'dead';

-- A storefront as its pusher sees it. Whoever holds the lease is its only pusher; `next_at` is when the next may come.
CREATE TABLE channel (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    failures integer NOT NULL DEFAULT 0,    -- of late
    next_at timestamptz NOT NULL DEFAULT now(),
    lease_token uuid,
    last_error text,
    PRIMARY KEY (company_id, plugin_id),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id)
);

-- What a storefront shows of one of its items at one of its locations, and whether that is out of date. Two items may
-- have the same product.
CREATE TABLE channel_link (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    external_item text NOT NULL,
    external_location text NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    want_version bigint NOT NULL DEFAULT 1,
    pushed_version bigint NOT NULL DEFAULT 0,
    state text NOT NULL GENERATED ALWAYS AS (CASE WHEN want_version > pushed_version THEN 'dirty' ELSE 'clean' END) STORED,
    last_pushed quantity,
    tried_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error text,
    PRIMARY KEY (company_id, plugin_id, external_item, external_location),
    FOREIGN KEY (company_id, plugin_id) REFERENCES channel (company_id, plugin_id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);
CREATE INDEX channel_link_dirty ON channel_link (company_id, plugin_id, tried_at) WHERE want_version > pushed_version;
CREATE INDEX channel_link_by_product ON channel_link (company_id, product_id);

-- One row per slot of a scheduled job. A run that never finished is taken up again.
CREATE TABLE schedule_run (
    job text NOT NULL,
    slot timestamptz NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (job, slot)
);

-- ------------------------------------------------------------------ guards

-- The site says whether stock may go negative; balances carry a copy so that a CHECK can use it.
CREATE FUNCTION copy_negative_ok() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'site_stock' THEN
        NEW.negative_ok := (SELECT s.negative_ok FROM site s WHERE s.company_id = NEW.company_id AND s.id = NEW.site_id);
    ELSE
        NEW.negative_ok := (SELECT s.negative_ok FROM location l JOIN site s ON s.company_id = l.company_id AND s.id = l.site_id
                            WHERE l.company_id = NEW.company_id AND l.id = NEW.location_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER copy_negative_ok BEFORE INSERT ON site_stock FOR EACH ROW EXECUTE FUNCTION copy_negative_ok();
CREATE TRIGGER copy_negative_ok BEFORE INSERT ON stock_balance FOR EACH ROW EXECUTE FUNCTION copy_negative_ok();

CREATE FUNCTION spread_negative_ok() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE site_stock s SET negative_ok = NEW.negative_ok WHERE s.company_id = NEW.company_id AND s.site_id = NEW.id;
    UPDATE stock_balance b SET negative_ok = NEW.negative_ok FROM location l
        WHERE l.company_id = NEW.company_id AND l.site_id = NEW.id
          AND b.company_id = l.company_id AND b.location_id = l.id;
    RETURN NEW;
END $$;
CREATE TRIGGER spread_negative_ok AFTER UPDATE OF negative_ok ON site
    FOR EACH ROW WHEN (OLD.negative_ok IS DISTINCT FROM NEW.negative_ok) EXECUTE FUNCTION spread_negative_ok();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct it by a reversal', TG_TABLE_NAME USING ERRCODE = 'PW005';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON move EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cost_layer EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revaluation EXECUTE FUNCTION refuse_change();

-- ------------------------------------------------------------------ walls

DO $$
DECLARE tenant text;
BEGIN
    FOR tenant IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'
                  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
ALTER TABLE company ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_company ON company USING (id = (SELECT app_company())) WITH CHECK (id = (SELECT app_company()));
CREATE POLICY platform ON company USING ((SELECT app_is_platform())) WITH CHECK ((SELECT app_is_platform()));
-- Signing in comes before the company is known: a person sees in which companies they are.
CREATE POLICY own_memberships ON membership FOR SELECT USING (user_id = (SELECT app_user_id()));
CREATE POLICY companies_of_member ON company FOR SELECT USING
    (EXISTS (SELECT FROM membership m WHERE m.company_id = company.id AND m.user_id = (SELECT app_user_id())));
