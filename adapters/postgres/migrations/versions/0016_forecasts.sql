-- Demand forecasts: the figures of each product at each site, what the products of a company teach one another, and the runs
-- that make them.

-- Accumulated demand over each of the horizons of core/domain/forecast.py, from `as_of` on. `state` is what the next weekly step
-- goes on from.
CREATE TABLE demand_forecast (
    company_id uuid NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid NOT NULL,
    as_of date NOT NULL CHECK (extract(isodow FROM as_of) = 1),
    mean numeric[] NOT NULL CHECK (cardinality(mean) = 8),
    q50 numeric[] NOT NULL CHECK (cardinality(q50) = 8),
    q80 numeric[] NOT NULL CHECK (cardinality(q80) = 8),
    q90 numeric[] NOT NULL CHECK (cardinality(q90) = 8),
    q95 numeric[] NOT NULL CHECK (cardinality(q95) = 8),
    q98 numeric[] NOT NULL CHECK (cardinality(q98) = 8),
    q99 numeric[] NOT NULL CHECK (cardinality(q99) = 8),
    basis text NOT NULL DEFAULT 'history' CHECK (basis IN ('history', 'newcomer', 'inactive')),
    weeks integer NOT NULL DEFAULT 0,               -- of history, those without stock left out
    verdict text NOT NULL DEFAULT 'too_little_data' CHECK (verdict IN ('good', 'fair', 'poor', 'too_little_data')),
    wape numeric,                                   -- of the backtest; NULL where it has no demand to compare with
    bias numeric,
    pinball numeric,
    coverage numeric,
    tracking_signal numeric,
    demand_changed boolean NOT NULL DEFAULT false,  -- told; until demand is as expected again
    state bytea NOT NULL DEFAULT '',
    PRIMARY KEY (company_id, product_id, site_id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id)
);

-- What the products of a company have in common, learnt by the fit `as_of` a Monday. Their forecasts are of `through`.
CREATE TABLE demand_fit (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    as_of date NOT NULL,
    through date NOT NULL,
    pooled bytea NOT NULL
);

-- One row per company and week. `next_at` is when it may be taken: at once, its next try, or the end of the present lease.
CREATE TABLE forecast_run (
    company_id uuid NOT NULL REFERENCES company (id),
    as_of date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('step', 'fit')),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    lease_token uuid,
    attempts integer NOT NULL DEFAULT 0,
    series integer NOT NULL DEFAULT 0,              -- forecasts to be made, and those that are
    series_done integer NOT NULL DEFAULT 0,
    started_at timestamptz,
    finished_at timestamptz,
    last_error text,
    PRIMARY KEY (company_id, as_of)
);
CREATE INDEX forecast_run_open ON forecast_run (next_at) WHERE state IN ('waiting', 'running');

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['demand_forecast', 'demand_fit', 'forecast_run'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
