-- Stock counts: which lines a session expects, what was said of them and when, and what the books said at that moment.

-- The last number given, also to a count that was deleted since.
CREATE TABLE stock_count_number (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    last bigint NOT NULL
);

CREATE TABLE stock_count (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'counting', 'submitted', 'approved', 'posted', 'cancelled')),
    site_id uuid NOT NULL,
    scope jsonb NOT NULL,
    blind boolean NOT NULL,
    tolerance_quantity quantity CHECK (tolerance_quantity >= 0),
    tolerance_percent quantity CHECK (tolerance_percent >= 0),
    tolerance_value amount CHECK (tolerance_value >= 0),
    note text NOT NULL DEFAULT '',
    round integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL DEFAULT now(),    -- when the present round began
    created_by uuid NOT NULL REFERENCES app_user (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    submitted_by uuid REFERENCES app_user (id),
    submitted_at timestamptz,
    decided_by uuid REFERENCES app_user (id),
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT stock_count_number_key UNIQUE (company_id, number),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    CONSTRAINT stock_count_decided CHECK (state NOT IN ('approved', 'posted', 'cancelled') OR decided_by IS NOT NULL)
);
CREATE INDEX stock_count_by_site ON stock_count (company_id, site_id, state);

-- One product in one place, of one lot if it has lots: a number, because a lot may be found that the books do not know. `expected`
-- is what the books said at `counted_at`, `unit_cost` what a unit was worth then. `place` is the order in which one walks.
CREATE TABLE stock_count_line (
    company_id uuid NOT NULL,
    count_id uuid NOT NULL,
    product_id uuid NOT NULL,
    location_id uuid NOT NULL,
    lot text NOT NULL DEFAULT '' CHECK (lot = btrim(lot)),
    id uuid NOT NULL DEFAULT new_id(),
    place bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    is_planned boolean NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'counted', 'zero', 'kept')),
    round integer NOT NULL DEFAULT 1,
    counted quantity CHECK (counted >= 0),
    expected quantity,
    unit_cost numeric(24, 10),
    variance quantity GENERATED ALWAYS AS (counted::numeric - expected::numeric) STORED,
    value amount GENERATED ALWAYS AS (round((counted::numeric - expected::numeric) * unit_cost, 4)) STORED,
    counted_at timestamptz,
    counted_by uuid REFERENCES app_user (id),
    PRIMARY KEY (company_id, count_id, product_id, location_id, lot),
    CONSTRAINT stock_count_line_id_key UNIQUE (company_id, id),
    CONSTRAINT stock_count_line_place_key UNIQUE (company_id, count_id, place),
    FOREIGN KEY (company_id, count_id) REFERENCES stock_count (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    FOREIGN KEY (company_id, location_id) REFERENCES location (company_id, id),
    CONSTRAINT stock_count_line_figure CHECK (
        (state IN ('counted', 'zero')) = (counted IS NOT NULL AND expected IS NOT NULL AND unit_cost IS NOT NULL
                                          AND counted_at IS NOT NULL AND counted_by IS NOT NULL))
);
CREATE INDEX stock_count_line_by_product ON stock_count_line (company_id, product_id);

-- What was said, by whom, and what the line came to by it. Nothing of it is ever changed.
CREATE TABLE stock_count_entry (
    company_id uuid NOT NULL,
    line_id uuid NOT NULL,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    round integer NOT NULL,
    mode text NOT NULL CHECK (mode IN ('set', 'add', 'zero')),
    quantity quantity NOT NULL,
    counted quantity NOT NULL,
    expected quantity NOT NULL,
    counted_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    counted_by uuid NOT NULL REFERENCES app_user (id),
    PRIMARY KEY (company_id, line_id, number),
    FOREIGN KEY (company_id, line_id) REFERENCES stock_count_line (company_id, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_count_entry EXECUTE FUNCTION refuse_change();

CREATE TABLE stock_count_posting (
    company_id uuid NOT NULL,
    count_id uuid NOT NULL,
    posting_id uuid NOT NULL,
    PRIMARY KEY (company_id, count_id, posting_id),
    FOREIGN KEY (company_id, count_id) REFERENCES stock_count (company_id, id),
    FOREIGN KEY (company_id, posting_id) REFERENCES posting (company_id, id)
);

-- A count that is posted or cancelled is evidence.
CREATE FUNCTION keep_ended_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('posted', 'cancelled') OR (TG_OP = 'DELETE' AND OLD.state <> 'planned') THEN
        RAISE EXCEPTION 'count % stays as it is', OLD.number USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_count_fixed';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_ended BEFORE UPDATE OR DELETE ON stock_count FOR EACH ROW EXECUTE FUNCTION keep_ended_count();

-- So are its lines, of which many change at once: one look for all of them.
CREATE FUNCTION keep_ended_count_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM stock_count c WHERE c.state IN ('posted', 'cancelled')
               AND (c.company_id, c.id) IN (SELECT DISTINCT t.company_id, t.count_id FROM touched t)) THEN
        RAISE EXCEPTION 'the lines of a count that is over stay as they are'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_count_fixed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_ended_new AFTER INSERT ON stock_count_line REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_ended_count_line();
CREATE TRIGGER keep_ended_changed AFTER UPDATE ON stock_count_line REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_ended_count_line();
CREATE TRIGGER keep_ended_gone AFTER DELETE ON stock_count_line REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_ended_count_line();

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['stock_count_number', 'stock_count', 'stock_count_line', 'stock_count_entry', 'stock_count_posting'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
