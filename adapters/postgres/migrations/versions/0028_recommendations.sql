-- Recommendations: what is found by looking at stock, sales, prices and forecasts, with an action each, and what people made of it.
-- What is to be ordered is no row here: those are the proposals of replenishment, which are shown beside.

-- Of a kind, a product and a site (NULL: of the whole company) there is at most one. `measure` says how grave it is; `judged` how grave
-- it was when somebody decided. An open one goes when its cause is gone; one that was decided stays for a while, as `gone_at`, so that
-- what sways about the edge is not asked again.
CREATE TABLE recommendation (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL DEFAULT new_id(),
    kind text NOT NULL,
    product_id uuid NOT NULL,
    site_id uuid,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'dismissed')),
    measure numeric NOT NULL CHECK (measure > 0),
    worth amount CHECK (worth >= 0),
    numbers jsonb NOT NULL,
    action jsonb NOT NULL,
    since timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    judged numeric,
    decided_by uuid REFERENCES app_user (id),
    decided_at timestamptz,
    gone_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT recommendation_key UNIQUE NULLS NOT DISTINCT (company_id, kind, product_id, site_id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    CONSTRAINT recommendation_decided CHECK
        (state = 'open' OR (judged IS NOT NULL AND decided_by IS NOT NULL AND decided_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX recommendation_open ON recommendation (company_id, kind) WHERE state = 'open';

-- Not now, says one person. It may be a proposal, too; the row goes after its day.
CREATE TABLE recommendation_snooze (
    company_id uuid NOT NULL REFERENCES company (id),
    user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    recommendation_id uuid NOT NULL,
    until date NOT NULL,
    PRIMARY KEY (company_id, user_id, recommendation_id)
);

-- How often a person accepted and dismissed what of a kind, each time worth the less the longer ago it was; as of the last time.
CREATE TABLE recommendation_liking (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    accepted double precision NOT NULL CHECK (accepted >= 0),
    dismissed double precision NOT NULL CHECK (dismissed >= 0),
    as_of timestamptz NOT NULL,
    PRIMARY KEY (company_id, user_id, kind),
    FOREIGN KEY (company_id, user_id) REFERENCES membership (company_id, user_id) ON DELETE CASCADE
);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['recommendation', 'recommendation_snooze', 'recommendation_liking'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;

-- It takes a service level now that fixed policies are to be judged by; with the old one beside it no call would be clear.
DROP FUNCTION IF EXISTS replenishment_levels(timestamptz, timestamptz, uuid[], uuid[], uuid[]);
