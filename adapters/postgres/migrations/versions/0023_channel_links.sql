-- Storefronts: their items and what ties them to products, what they show and what of that is under way, how their set-up proceeds.

-- The settings that statements need; the set-up, one step after the other; what the reading of levels came to. `import_at` is when the
-- next page of an import is due, or the next import.
ALTER TABLE channel
    ADD COLUMN stage text NOT NULL DEFAULT 'connecting' CHECK (stage IN ('connecting', 'importing', 'ready')),
    ADD COLUMN name text NOT NULL DEFAULT '',
    ADD COLUMN currency text NOT NULL DEFAULT '',
    ADD COLUMN safety_buffer quantity NOT NULL DEFAULT 0 CHECK (safety_buffer >= 0),
    ADD COLUMN on_drift text NOT NULL DEFAULT 'ours_wins' CHECK (on_drift IN ('ours_wins', 'review')),
    ADD COLUMN take_orders boolean NOT NULL DEFAULT true,
    ADD COLUMN push_prices boolean NOT NULL DEFAULT false,
    ADD COLUMN listening boolean NOT NULL DEFAULT false,
    ADD COLUMN import_run bigint NOT NULL DEFAULT 0,
    ADD COLUMN import_cursor text,
    ADD COLUMN import_seen integer NOT NULL DEFAULT 0,
    ADD COLUMN import_failures integer NOT NULL DEFAULT 0,
    ADD COLUMN import_problem text,
    ADD COLUMN import_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN import_wanted boolean NOT NULL DEFAULT false,    -- another one after this
    ADD COLUMN imported_at timestamptz,
    ADD COLUMN price_problem text,
    ADD COLUMN price_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN levels_read bigint NOT NULL DEFAULT 0,
    ADD COLUMN drifts bigint NOT NULL DEFAULT 0,
    ADD COLUMN drifted_at timestamptz;

-- At which of the storefront's locations the stock of a site is shown.
CREATE TABLE channel_location (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    external_location text NOT NULL,
    site_id uuid NOT NULL,
    PRIMARY KEY (company_id, plugin_id, external_location),
    FOREIGN KEY (company_id, plugin_id) REFERENCES channel (company_id, plugin_id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);
ALTER TABLE channel_link NO FORCE ROW LEVEL SECURITY;
INSERT INTO channel_location (company_id, plugin_id, external_location, site_id)
    SELECT DISTINCT ON (company_id, plugin_id, external_location) company_id, plugin_id, external_location, site_id FROM channel_link
    ORDER BY company_id, plugin_id, external_location, site_id;
ALTER TABLE channel_link FORCE ROW LEVEL SECURITY;

-- What a storefront sells. Those that the latest import did not find any more are `gone`. A price that our product changed is to be pushed.
CREATE TABLE channel_item (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    external_id text NOT NULL,
    id uuid NOT NULL DEFAULT new_id(),
    sku text NOT NULL,
    sku_key text NOT NULL,                  -- without blanks around it, in small letters
    barcode text NOT NULL DEFAULT '',
    barcode_key text NOT NULL DEFAULT '',   -- a GTIN in 14 digits, else as given
    title text NOT NULL DEFAULT '',
    title_key text NOT NULL DEFAULT '',
    price amount,
    counted boolean NOT NULL DEFAULT true,
    state text NOT NULL DEFAULT 'unmatched' CHECK (state IN ('linked', 'unmatched', 'ambiguous', 'ignored')),
    matched_by text CHECK (matched_by IN ('sku', 'barcode', 'person')),
    product_id uuid,
    found_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    import_run bigint NOT NULL,
    gone boolean NOT NULL DEFAULT false,
    price_wanted bigint NOT NULL DEFAULT 0,
    price_pushed bigint NOT NULL DEFAULT 0,
    price_error text,
    PRIMARY KEY (company_id, plugin_id, external_id),
    CONSTRAINT channel_item_id UNIQUE (company_id, id),
    CONSTRAINT channel_item_linked CHECK ((state = 'linked') = (product_id IS NOT NULL)),
    FOREIGN KEY (company_id, plugin_id) REFERENCES channel (company_id, plugin_id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE
);
CREATE INDEX channel_item_listed ON channel_item (company_id, plugin_id, sku_key, id);
CREATE INDEX channel_item_by_product ON channel_item (company_id, product_id);
CREATE INDEX channel_item_by_barcode ON channel_item (company_id, plugin_id, barcode_key) WHERE barcode_key <> '';
CREATE INDEX channel_item_price ON channel_item (company_id, plugin_id, external_id) WHERE price_wanted > price_pushed;

-- What a person said of an item. It counts for more than SKU and barcode, also after the item was gone for a while.
CREATE TABLE channel_decision (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    external_id text NOT NULL,
    product_id uuid,                        -- NULL: it is to be left alone
    decided_by uuid NOT NULL REFERENCES app_user (id),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, plugin_id, external_id),
    FOREIGN KEY (company_id, plugin_id) REFERENCES channel (company_id, plugin_id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE
);
CREATE INDEX channel_decision_by_product ON channel_decision (company_id, product_id);

-- `last_seen` is what it was last known to show, NULL where that is nothing or not known; `unsure` where it must be read before anything is
-- pushed; `read_at` when it is to be read next. `expected` is by how much orders that are known here must have changed it since. What is
-- under way is tried again with the same key and the same quantities until its end is known. `tries` counts pushes in a row that did not
-- arrive; `accepted` is our level instead of which somebody let stand what the storefront shows.
ALTER TABLE channel_link
    DROP COLUMN state,
    ADD COLUMN id uuid NOT NULL DEFAULT new_id(),
    ADD COLUMN last_seen quantity,
    ADD COLUMN unsure boolean NOT NULL DEFAULT true,
    ADD COLUMN read_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN expected quantity NOT NULL DEFAULT 0,
    ADD COLUMN flight_key uuid,
    ADD COLUMN flight_version bigint,
    ADD COLUMN flight_quantity quantity,
    ADD COLUMN flight_seen quantity,
    ADD COLUMN flight_tries smallint NOT NULL DEFAULT 0,
    ADD COLUMN tries smallint NOT NULL DEFAULT 0,
    ADD COLUMN attention text CHECK (attention IN ('drift', 'contested')),
    ADD COLUMN accepted quantity,
    ADD CONSTRAINT channel_link_id UNIQUE (company_id, id),
    ADD CONSTRAINT channel_link_flight CHECK (
        (flight_key IS NULL) = (flight_version IS NULL) AND (flight_key IS NULL) = (flight_quantity IS NULL)
        AND (flight_key IS NOT NULL OR (flight_seen IS NULL AND flight_tries = 0)));
ALTER TABLE channel_link
    ADD COLUMN state text NOT NULL GENERATED ALWAYS AS (CASE
        WHEN attention IS NOT NULL THEN 'attention' WHEN flight_key IS NOT NULL THEN 'pushing'
        WHEN want_version > pushed_version THEN 'dirty' ELSE 'clean' END) STORED;
DROP INDEX channel_link_dirty;
CREATE INDEX channel_link_dirty ON channel_link (company_id, plugin_id, tried_at)
    WHERE want_version > pushed_version AND attention IS NULL AND NOT unsure;
CREATE INDEX channel_link_to_read ON channel_link (company_id, plugin_id, read_at);
CREATE INDEX channel_link_attention ON channel_link (company_id, plugin_id, id) WHERE attention IS NOT NULL;

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['channel_location', 'channel_item', 'channel_decision'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
