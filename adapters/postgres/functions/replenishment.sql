-- What the run of replenishment reads, in sets: one policy or a hundred thousand are one question. How many there are is known when
-- a statement begins and decides how it is best answered, hence plans of their own for each call.

-- On which terms these products are sold, also on those that cannot be used. How long a supplier takes is what receipts of the product
-- taught once there are five, else what it declares, else what all its receipts taught, else a week is assumed. What a foreign currency
-- is worth is what it was worth in the latest order in it; NULL where there is none.
CREATE OR REPLACE FUNCTION replenishment_offers(products uuid[], today date)
RETURNS TABLE (product_id uuid, supplier_id uuid, code text, is_active boolean, is_valid boolean, currency text, exchange_rate numeric,
               minimum_order_value numeric, smallest numeric, pack numeric, first_price numeric, breaks text, lead_days numeric,
               lead_spread numeric, lead_source text)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
BEGIN
    RETURN QUERY
    SELECT i.product_id, v.id, v.code, v.active, daterange(i.valid_from, i.valid_to, '[]') @> today, v.currency,
           CASE WHEN v.currency = o.currency THEN 1
                ELSE (SELECT trim_scale(b.exchange_rate) FROM purchase_order b WHERE b.company_id = v.company_id AND b.currency = v.currency
                      ORDER BY b.number DESC LIMIT 1) END,
           trim_scale(v.minimum_order_value), trim_scale(i.minimum_order_quantity), trim_scale(i.order_multiple), p.first_price, p.breaks,
           trim_scale(t.days), trim_scale(coalesce(t.spread, 0)), t.source
    FROM unnest(products) AS w(id)
    JOIN supplier_item i ON i.company_id = app_company() AND i.product_id = w.id
    JOIN supplier v ON v.company_id = i.company_id AND v.id = i.supplier_id
    JOIN company o ON o.id = i.company_id
    LEFT JOIN lead_time_stat own ON own.company_id = i.company_id AND own.supplier_id = i.supplier_id AND own.product_id = i.product_id
    LEFT JOIN lead_time_stat every ON every.company_id = i.company_id AND every.supplier_id = i.supplier_id AND every.product_id IS NULL
    CROSS JOIN LATERAL (
        SELECT (array_agg(b.unit_price::numeric ORDER BY b.from_quantity))[1] AS first_price,
               coalesce(json_agg(json_build_object('from_quantity', trim_scale(b.from_quantity)::text,
                                                    'unit_price', trim_scale(b.unit_price)::text) ORDER BY b.from_quantity), '[]')::text
                   AS breaks
        FROM supplier_price_break b WHERE b.company_id = i.company_id AND b.item_id = i.id) p
    CROSS JOIN LATERAL (
        SELECT CASE WHEN own.receipts >= 5 THEN own.receipts WHEN i.lead_time_days IS NULL AND every.receipts >= 5 THEN every.receipts END AS n,
               CASE WHEN own.receipts >= 5 THEN own.days ELSE every.days END AS sum,
               CASE WHEN own.receipts >= 5 THEN own.days_squared ELSE every.days_squared END AS squares) x
    CROSS JOIN LATERAL (
        SELECT coalesce(round(x.sum::numeric / x.n, 4), i.lead_time_days, 7) AS days,
               round(sqrt((x.n * x.squares - x.sum * x.sum)::numeric / (x.n * (x.n - 1))), 4) AS spread,
               CASE WHEN x.n IS NOT NULL THEN 'observed' WHEN i.lead_time_days IS NOT NULL THEN 'declared' ELSE 'assumed' END AS source) t;
END $$;

-- Figures that policies are to have from now on, where they differ from those in force, for policies that are due until then and lie in
-- the scope (NULL: everywhere). A period's count while it lasts; a forecast's, where a service level p is wanted, are
--
--   reorder point  s = M(L+R) + √(A² + B²),  A = Q(L+R, p) − M(L+R) where that is positive,  B = z(p) · d · σ
--   order-up-to    S = s + M(L+R+C) − M(L+R)
--
-- with M the expected demand and Q its quantile, L and σ the mean and spread of the usual supplier's lead time, R the review period, C
-- how long an order is to last (at least R), d = M(L+R)/(L+R). That is (R, s, S) of Silver, Pyke and Thomas, Inventory and Production
-- Management in Supply Chains; the lead time's share of the variance is that of King, Understanding safety stock, APICS 2011, whose
-- z²·L·σ_d² is here the square of what the quantile adds. Both are rounded up to whole units. A forecast older than five weeks is none.
-- Between horizons, and between probabilities, figures lie on a straight line, as core/domain/forecast.py says.
--
-- With an assumed level, fixed policies are told what they would have if that service level were wanted of them.
CREATE OR REPLACE FUNCTION replenishment_levels(moment timestamptz, due_until timestamptz, in_sites uuid[], in_products uuid[],
                                                in_categories uuid[], assumed_level numeric DEFAULT NULL)
RETURNS TABLE (product_id uuid, site_id uuid, version integer, minimum numeric, target numeric, source text, basis jsonb)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    horizons CONSTANT numeric[] := '{0, 1, 2, 3, 4, 6, 8, 13, 26}';   -- weeks
    probabilities CONSTANT numeric[] := '{0.5, 0.8, 0.9, 0.95, 0.98, 0.99}';
    normals CONSTANT numeric[] := '{0, 0.841621, 1.281552, 1.644854, 2.053749, 2.326348}';   -- their standard normal quantiles
    company uuid := app_company();
    today date := (SELECT (moment AT TIME ZONE c.time_zone)::date FROM company c WHERE c.id = company);
    products uuid[];
    sites uuid[];
    forecast_products uuid[];
BEGIN
    SELECT array_agg(r.product_id), array_agg(r.site_id) INTO products, sites FROM reorder_policy r
    WHERE r.company_id = company AND r.due_at <= due_until
      AND (in_sites IS NULL OR r.site_id = ANY (in_sites)) AND (in_products IS NULL OR r.product_id = ANY (in_products))
      AND (in_categories IS NULL OR EXISTS (SELECT FROM product p WHERE p.company_id = company AND p.id = r.product_id
                                            AND p.category_id = ANY (in_categories)))
      AND (assumed_level IS NOT NULL OR r.method = 'service_level' OR r.level_source <> 'fixed' OR EXISTS (
          SELECT FROM policy_period d WHERE d.company_id = company AND d.product_id = r.product_id AND d.site_id = r.site_id));
    IF products IS NULL THEN
        RETURN;
    END IF;
    forecast_products := ARRAY(SELECT DISTINCT k.product FROM unnest(products) AS k(product));
    RETURN QUERY
    WITH usual AS MATERIALIZED (
        SELECT DISTINCT ON (o.product_id) o.product_id, o.code, o.lead_days, o.lead_spread, o.lead_source
        FROM replenishment_offers(forecast_products, today) o
        WHERE o.is_active AND o.is_valid AND o.first_price IS NOT NULL AND o.exchange_rate IS NOT NULL
        ORDER BY o.product_id, o.first_price * o.exchange_rate, o.lead_days, o.code
    ),
    wanted AS (
        SELECT r.product_id, r.site_id, r.version, r.minimum AS old_minimum, r.target AS old_target, r.level_source AS old_source,
               r.basis AS old_basis, r.fixed_minimum, r.fixed_target, r.review_days, greatest(r.cover_days, r.review_days) AS cover,
               d.minimum AS period_minimum, d.target AS period_target, f.as_of, f.mean, f.q50, f.q80, f.q90, f.q95, f.q98, f.q99,
               CASE WHEN d.minimum IS NULL THEN coalesce(d.service_level, CASE WHEN r.method = 'service_level' THEN r.service_level ELSE assumed_level END) END
                   AS level,
               CASE WHEN r.sources = 'transfer_only' THEN NULL ELSE u.code END AS supplier,
               CASE WHEN r.sources = 'transfer_only' THEN 2 ELSE coalesce(u.lead_days, 7) END AS lead,
               CASE WHEN r.sources = 'transfer_only' THEN 0 ELSE coalesce(u.lead_spread, 0) END AS spread,
               CASE WHEN r.sources = 'transfer_only' THEN 'assumed' ELSE coalesce(u.lead_source, 'assumed') END AS lead_source
        FROM unnest(products, sites) AS k(product, site)
        JOIN reorder_policy r ON r.company_id = company AND r.product_id = k.product AND r.site_id = k.site
        LEFT JOIN policy_period d ON d.company_id = company AND d.product_id = k.product AND d.site_id = k.site
             AND today BETWEEN d.valid_from AND d.valid_to
        -- What has been watched for a few weeks only is not known better than by whoever set the fixed figures.
        LEFT JOIN demand_forecast f ON f.company_id = company AND f.product_id = k.product AND f.site_id = k.site AND f.as_of > today - 35
             AND f.weeks >= 4
        LEFT JOIN usual u ON u.product_id = k.product
        OFFSET 0   -- keeps each step to itself, so that nothing is computed for every place where it is used
    ),
    weeks AS (   -- up to the next arrival, and up to the end of what then arrives
        SELECT w.*, (w.lead + w.review_days) / 7 AS ahead, (w.lead + w.review_days + w.cover) / 7 AS beyond FROM wanted w OFFSET 0
    ),
    placed AS (  -- the horizon that follows, and the step of probabilities
        SELECT w.*, 1 + (w.ahead > 1)::int + (w.ahead > 2)::int + (w.ahead > 3)::int + (w.ahead > 4)::int + (w.ahead > 6)::int
                    + (w.ahead > 8)::int + (w.ahead > 13)::int AS near,
               1 + (w.beyond > 1)::int + (w.beyond > 2)::int + (w.beyond > 3)::int + (w.beyond > 4)::int + (w.beyond > 6)::int
                    + (w.beyond > 8)::int + (w.beyond > 13)::int AS far,
               1 + (w.level > 0.8)::int + (w.level > 0.9)::int + (w.level > 0.95)::int + (w.level > 0.98)::int AS step
        FROM weeks w OFFSET 0
    ),
    shares AS (
        SELECT p.*, (p.ahead - horizons[p.near]) / (horizons[p.near + 1] - horizons[p.near]) AS near_share,
               (p.beyond - horizons[p.far]) / (horizons[p.far + 1] - horizons[p.far]) AS far_share,
               (p.level - probabilities[p.step]) / (probabilities[p.step + 1] - probabilities[p.step]) AS step_share,
               CASE p.step WHEN 1 THEN p.q50 WHEN 2 THEN p.q80 WHEN 3 THEN p.q90 WHEN 4 THEN p.q95 ELSE p.q98 END AS low,
               CASE p.step WHEN 1 THEN p.q80 WHEN 2 THEN p.q90 WHEN 3 THEN p.q95 WHEN 4 THEN p.q98 ELSE p.q99 END AS high
        FROM placed p OFFSET 0
    ),
    demand AS (
        SELECT s.*, coalesce(s.mean[s.near - 1], 0) * (1 - s.near_share) + s.mean[s.near] * s.near_share AS expected,
               coalesce(s.mean[s.far - 1], 0) * (1 - s.far_share) + s.mean[s.far] * s.far_share AS expected_beyond,
               (coalesce(s.low[s.near - 1], 0) * (1 - s.near_share) + s.low[s.near] * s.near_share) * (1 - s.step_share)
               + (coalesce(s.high[s.near - 1], 0) * (1 - s.near_share) + s.high[s.near] * s.near_share) * s.step_share AS quantile,
               normals[s.step] * (1 - s.step_share) + normals[s.step + 1] * s.step_share AS z
        FROM shares s OFFSET 0
    ),
    safe AS (
        SELECT d.*, round(sqrt(greatest(d.quantile - d.expected, 0) ^ 2 + (d.z * d.expected / (7 * d.ahead) * d.spread) ^ 2), 6) AS safety,
               CASE WHEN d.period_minimum IS NOT NULL THEN 'period' WHEN d.level IS NULL THEN 'fixed' WHEN d.mean IS NULL THEN 'no_forecast'
                    ELSE 'forecast' END AS source
        FROM demand d OFFSET 0
    ),
    chosen AS (
        SELECT c.*, CASE c.source WHEN 'forecast' THEN ceil(round(c.expected + c.safety, 6)) WHEN 'period' THEN c.period_minimum
                                  ELSE c.fixed_minimum END AS minimum,
               CASE c.source WHEN 'forecast' THEN ceil(round(c.expected + c.safety, 6)) + ceil(round(c.expected_beyond - c.expected, 6))
                             WHEN 'period' THEN c.period_target ELSE c.fixed_target END AS target,
               CASE WHEN c.source = 'forecast' THEN jsonb_build_object(
                   'service_level', trim_scale(c.level)::text, 'forecast_as_of', c.as_of, 'supplier', c.supplier,
                   'lead_days', trim_scale(c.lead)::text, 'lead_spread', trim_scale(c.spread)::text, 'lead_source', c.lead_source,
                   'review_days', c.review_days, 'cover_days', c.cover, 'expected', trim_scale(round(c.expected, 6))::text,
                   'quantile', trim_scale(round(c.quantile, 6))::text, 'safety', trim_scale(c.safety)::text,
                   'expected_of_cover', trim_scale(round(c.expected_beyond - c.expected, 6))::text) END AS basis
        FROM safe c
    )
    SELECT c.product_id, c.site_id, c.version, c.minimum::numeric, c.target::numeric, c.source, c.basis FROM chosen c
    WHERE (c.minimum, c.target, c.source, c.basis) IS DISTINCT FROM (c.old_minimum, c.old_target, c.old_source, c.old_basis);
END $$;

-- What approved orders of customers and orders of shops lack a promise for, at the sites that are to hand it over, and what left a shop
-- for want of which it could not be posted.
CREATE OR REPLACE FUNCTION replenishment_owed() RETURNS TABLE (product_id uuid, site_id uuid, owed numeric)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    company uuid := app_company();
BEGIN
    RETURN QUERY
    SELECT o.product_id, o.site_id, sum(o.owed) FROM (
        SELECT n.product_id, n.site_id, greatest(n.open - coalesce(v.open, 0), 0) AS owed
        FROM (SELECT q.id, q.site_id, l.product_id, sum(l.granted - l.fulfilled - l.closed) AS open
              FROM order_request q JOIN order_request_line l ON l.company_id = company AND l.request_id = q.id
              WHERE q.company_id = company AND q.state = 'approved' AND q.kind = 'customer_order' GROUP BY 1, 2, 3) n
        LEFT JOIN LATERAL (SELECT sum(x.open) AS open FROM reservation x WHERE x.company_id = company AND x.demand_id = n.id
                           AND x.product_id = n.product_id AND x.site_id = n.site_id) v ON true
        WHERE n.open > 0
        UNION ALL
        SELECT r.product_id, r.site_id, r.short FROM reservation r
        WHERE r.company_id = company AND r.short > 0 AND r.demand_type = 'channel_order'
        UNION ALL
        SELECT coalesce(k.component_id, l.product_id), coalesce(f.site_id, l.site_id, c.site_id), x.owed * coalesce(k.quantity, 1)
        FROM channel_order_fact_line x
        JOIN channel_order c ON c.company_id = company AND c.id = x.order_id
        JOIN channel_order_fact f ON f.company_id = company AND f.order_id = x.order_id AND f.kind = x.kind AND f.external_id = x.fact
        JOIN channel_order_line l ON l.company_id = company AND l.order_id = x.order_id AND l.external_id = x.line AND l.product_id IS NOT NULL
        LEFT JOIN kit_component k ON k.company_id = company AND k.kit_id = l.product_id
        WHERE x.company_id = company AND x.owed > 0 AND x.kind = 'fulfilment') o
    GROUP BY 1, 2;
END $$;

-- How policies stand: what is there, what is to come, what is owed, and what is proposed. `available` is what may be sold and is not
-- promised; `owed` is what orders of customers and of shops lack a promise for. `ordered` is with a supplier or about to be, `drafted` may be
-- (orders not approved, transfers not handed in), `arriving` comes from other sites. `receipts` are the days and quantities of orders.
CREATE OR REPLACE FUNCTION replenishment_standing(products uuid[], sites uuid[])
RETURNS TABLE (product_id uuid, site_id uuid, site_code text, minimum numeric, target numeric, level_source text, basis text, mode text,
               sources text, is_active boolean, kind text, tracking text, on_hand numeric, available numeric, owed numeric,
               ordered numeric, drafted numeric, arriving numeric, stock_position numeric, receipts text, forecast_as_of date,
               mean numeric[], proposal_id uuid, proposal_state text, is_filler boolean, judged_position numeric, dismissed_until date,
               dismissed_change numeric, proposal_supplier uuid)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' SET enable_nestloop = on AS $$
#variable_conflict use_column
DECLARE
    company uuid := app_company();
    wanted uuid[] := ARRAY(SELECT DISTINCT k.product FROM unnest(products) AS k(product));
BEGIN
    -- What is on its way is taken for little, and would be searched through for each of many policies.
    PERFORM set_config('enable_nestloop', CASE WHEN cardinality(products) > 5000 THEN 'off' ELSE 'on' END, true);
    RETURN QUERY
    WITH bought AS MATERIALIZED (
        SELECT l.product_id, o.site_id, sum(l.open) FILTER (WHERE o.state NOT IN ('draft', 'to_approve')) AS ordered,
               sum(l.open) FILTER (WHERE o.state IN ('draft', 'to_approve')) AS drafted,
               json_agg(json_build_array(coalesce(l.promised_on, l.expected_on), trim_scale(l.open)::text))::text AS receipts
        FROM unnest(wanted) AS w(id)
        JOIN purchase_order_line l ON l.company_id = company AND l.product_id = w.id AND l.open > 0
        JOIN purchase_order o ON o.company_id = company AND o.id = l.order_id
        GROUP BY 1, 2
    ),
    coming AS MATERIALIZED (
        SELECT l.product_id, t.destination_site_id AS site_id,
               sum(CASE t.state WHEN 'draft' THEN 0 WHEN 'pending' THEN l.requested ELSE l.in_transit END) AS arriving,
               sum(l.requested) FILTER (WHERE t.state = 'draft') AS drafted
        FROM transfer t JOIN transfer_line l ON l.company_id = company AND l.transfer_id = t.id
        WHERE t.company_id = company AND t.state IN ('draft', 'pending', 'in_transit', 'partially_received') GROUP BY 1, 2
    )
    SELECT s.product_id, s.site_id, s.code, trim_scale(s.minimum), trim_scale(s.target), s.level_source, s.basis, s.mode, s.sources,
           s.is_active, s.kind, s.tracking, trim_scale(s.on_hand), trim_scale(s.available), trim_scale(s.owed), trim_scale(s.ordered),
           trim_scale(s.drafted), trim_scale(s.arriving), trim_scale(s.available - s.owed + s.ordered + s.drafted + s.arriving),
           s.receipts, s.as_of, s.mean, s.id, s.state, s.is_filler, s.judged, s.dismissed_until, s.dismissed_change, s.supplier_id
    FROM (
        SELECT r.product_id, r.site_id, h.code, r.minimum::numeric, r.target::numeric, r.level_source, r.basis::text, r.mode, r.sources,
               p.active AND h.active AS is_active, p.kind, p.tracking, coalesce(t.on_hand, 0)::numeric AS on_hand,
               coalesce(t.allocatable - t.promised, 0)::numeric AS available, coalesce(e.owed, 0) AS owed,
               coalesce(b.ordered, 0) AS ordered, coalesce(b.drafted, 0) + coalesce(c.drafted, 0) AS drafted,
               coalesce(c.arriving, 0) AS arriving, b.receipts, f.as_of, f.mean,
               a.id, a.state, a.is_filler, a.position::numeric AS judged, a.dismissed_until, a.dismissed_change::numeric, a.supplier_id
        FROM unnest(products, sites) AS k(product, site)
        JOIN reorder_policy r ON r.company_id = company AND r.product_id = k.product AND r.site_id = k.site
        JOIN product p ON p.company_id = company AND p.id = k.product
        JOIN site h ON h.company_id = company AND h.id = k.site
        LEFT JOIN site_stock t ON t.company_id = company AND t.product_id = k.product AND t.site_id = k.site
        LEFT JOIN bought b ON b.product_id = k.product AND b.site_id = k.site
        LEFT JOIN coming c ON c.product_id = k.product AND c.site_id = k.site
        LEFT JOIN replenishment_owed() e ON e.product_id = k.product AND e.site_id = k.site
        LEFT JOIN demand_forecast f ON f.company_id = company AND f.product_id = k.product AND f.site_id = k.site
        LEFT JOIN replenishment_proposal a ON a.company_id = company AND a.product_id = k.product AND a.site_id = k.site
             AND a.state <> 'ordered') s;
END $$;

-- Takes up to `most` policies that are due until then and lie in the scope (NULL: everywhere), and says of those of them that want
-- something, or of which something is proposed, how they stand. Each is due again after its review period or, if that is sooner, when a
-- season begins or ends. Rows are locked before the stock is read: whoever marks a policy as due after that waits, and marks it again.
CREATE OR REPLACE FUNCTION replenishment_claim(moment timestamptz, due_until timestamptz, in_sites uuid[], in_products uuid[],
                                               in_categories uuid[], most bigint)
RETURNS TABLE (claimed bigint, today date, product_id uuid, site_id uuid, site_code text, minimum numeric, target numeric,
               level_source text, basis text, mode text, sources text, is_active boolean, kind text, tracking text, on_hand numeric,
               available numeric, owed numeric, ordered numeric, drafted numeric, arriving numeric, stock_position numeric,
               receipts text, forecast_as_of date, mean numeric[], proposal_id uuid, proposal_state text, is_filler boolean,
               judged_position numeric, dismissed_until date, dismissed_change numeric, proposal_supplier uuid)
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    company uuid := app_company();
    zone text := (SELECT c.time_zone FROM company c WHERE c.id = company);
    present_day date := (moment AT TIME ZONE zone)::date;
    products uuid[];
    sites uuid[];
BEGIN
    WITH due AS MATERIALIZED (
        SELECT r.product_id, r.site_id FROM reorder_policy r
        WHERE r.company_id = company AND r.due_at <= due_until
          AND (in_sites IS NULL OR r.site_id = ANY (in_sites)) AND (in_products IS NULL OR r.product_id = ANY (in_products))
          AND (in_categories IS NULL OR EXISTS (SELECT FROM product p WHERE p.company_id = company AND p.id = r.product_id
                                                AND p.category_id = ANY (in_categories)))
        ORDER BY r.product_id, r.site_id LIMIT most FOR NO KEY UPDATE
    ),
    reviewed AS (
        UPDATE reorder_policy r SET due_at = least(moment + r.review_days * interval '1 day', (
            SELECT min(b.day)::timestamp AT TIME ZONE zone
            FROM policy_period d CROSS JOIN LATERAL (VALUES (d.valid_from), (d.valid_to + 1)) AS b(day)
            WHERE d.company_id = company AND d.product_id = r.product_id AND d.site_id = r.site_id AND b.day > present_day))
        FROM due d WHERE r.company_id = company AND r.product_id = d.product_id AND r.site_id = d.site_id
        RETURNING r.product_id, r.site_id
    )
    SELECT array_agg(v.product_id), array_agg(v.site_id) INTO products, sites FROM reviewed v;
    RETURN QUERY
    SELECT coalesce(cardinality(products), 0)::bigint, present_day, s.*
    FROM (SELECT) one
    LEFT JOIN replenishment_standing(products, sites) s
        ON (s.mode <> 'off' AND s.stock_position <= s.minimum AND s.stock_position < s.target) OR s.proposal_state <> 'withdrawn';
END $$;

-- What sites have above their own targets of products that others need (at these sites, one pair per position): what may be sold there
-- and is neither promised nor owed nor about to leave, nor proposed to yet others. What is still to come to a site is not given away. Of
-- each product as many sites, those with the most, as need it: each takes it from one.
CREATE OR REPLACE FUNCTION replenishment_surplus(products uuid[], sites uuid[])
RETURNS TABLE (product_id uuid, site_id uuid, site_code text, surplus numeric)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    company uuid := app_company();
BEGIN
    RETURN QUERY
    WITH wanted AS (SELECT k.product, count(*) AS needs FROM unnest(products) AS k(product) GROUP BY 1),
    taken AS MATERIALIZED (
        SELECT n.product_id, n.site_id, sum(n.quantity) AS quantity FROM (
            SELECT l.product_id, t.source_site_id AS site_id, l.requested AS quantity
            FROM transfer t JOIN transfer_line l ON l.company_id = company AND l.transfer_id = t.id
            WHERE t.company_id = company AND t.state = 'draft'
            UNION ALL
            SELECT p.product_id, p.source_site_id, p.quantity FROM replenishment_proposal p
            WHERE p.company_id = company AND p.state = 'proposed' AND p.source_site_id IS NOT NULL
              AND NOT EXISTS (SELECT FROM unnest(products, sites) AS k(product, site) WHERE k.product = p.product_id AND k.site = p.site_id)
            UNION ALL
            SELECT d.product_id, d.site_id, d.owed FROM replenishment_owed() d) n
        GROUP BY 1, 2
    ),
    spare AS (
        SELECT r.product_id, r.site_id, h.code, t.allocatable - t.promised - coalesce(g.quantity, 0) - r.target AS quantity, w.needs
        FROM wanted w
        JOIN reorder_policy r ON r.company_id = company AND r.product_id = w.product
        JOIN site h ON h.company_id = company AND h.id = r.site_id AND h.active
        JOIN site_stock t ON t.company_id = company AND t.product_id = r.product_id AND t.site_id = r.site_id
        LEFT JOIN taken g ON g.product_id = r.product_id AND g.site_id = r.site_id
        WHERE t.allocatable - t.promised > r.target
    ),
    ranked AS (
        SELECT s.*, row_number() OVER (PARTITION BY s.product_id ORDER BY s.quantity DESC, s.code) AS place FROM spare s WHERE s.quantity > 0
    )
    SELECT s.product_id, s.site_id, s.code, trim_scale(s.quantity) FROM ranked s WHERE s.place <= s.needs;
END $$;

-- What a site could order of a supplier along with what it needs: of each pair the policies below their targets that want nothing of
-- their own accord. They are locked like those that are claimed.
CREATE OR REPLACE FUNCTION replenishment_fillers(suppliers uuid[], for_sites uuid[], today date)
RETURNS TABLE (supplier_id uuid, product_id uuid, site_id uuid, site_code text, minimum numeric, target numeric, level_source text,
               basis text, mode text, sources text, is_active boolean, kind text, tracking text, on_hand numeric, available numeric,
               owed numeric, ordered numeric, drafted numeric, arriving numeric, stock_position numeric, receipts text,
               forecast_as_of date, mean numeric[], proposal_id uuid, proposal_state text, is_filler boolean, judged_position numeric,
               dismissed_until date, dismissed_change numeric, proposal_supplier uuid)
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    company uuid := app_company();
    sellers uuid[];
    products uuid[];
    sites uuid[];
    goods uuid[];
    places uuid[];
BEGIN
    SELECT array_agg(n.supplier), array_agg(n.product_id), array_agg(n.site_id) INTO sellers, products, sites FROM (
        SELECT k.supplier, r.product_id, r.site_id
        FROM unnest(suppliers, for_sites) AS k(supplier, site)
        JOIN supplier_item i ON i.company_id = company AND i.supplier_id = k.supplier AND daterange(i.valid_from, i.valid_to, '[]') @> today
        JOIN reorder_policy r ON r.company_id = company AND r.product_id = i.product_id AND r.site_id = k.site
        WHERE r.mode <> 'off' AND r.sources <> 'transfer_only'
        ORDER BY r.product_id, r.site_id FOR NO KEY UPDATE OF r) n;
    SELECT array_agg(d.product), array_agg(d.site) INTO goods, places
    FROM (SELECT DISTINCT u.product, u.site FROM unnest(products, sites) AS u(product, site)) d;
    RETURN QUERY
    SELECT k.supplier, s.*
    FROM replenishment_standing(goods, places) s
    JOIN unnest(sellers, products, sites) AS k(supplier, product, site) ON k.product = s.product_id AND k.site = s.site_id
    WHERE s.is_active AND s.kind = 'unit' AND s.stock_position > s.minimum AND s.stock_position < s.target
      AND (s.proposal_state IS NULL OR s.proposal_state = 'withdrawn' OR s.is_filler);
END $$;
