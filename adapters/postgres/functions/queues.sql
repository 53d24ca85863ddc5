-- The queues of the way out. Queues grow from nothing to a million rows and back between two looks at their statistics, so
-- these statements are planned without regard to values: one plan, by index, made once a session.

-- Gives a company's oldest new events their numbers and makes the deliveries that are wanted: subscriber i wants events of
-- type i from companies that have not switched off plugin i (NULL: from all); the company's webhooks, but not those of people, want what
-- they say, but nothing about webhooks, or two that fail would tell each other so for ever. Returns how many events, and who was told.
--
-- Events are new while they have no number. They are not found by what came after the last one: ids and times are taken
-- before the commit, so an event may appear behind one that has its number already. It gets the next number all the same.
CREATE OR REPLACE FUNCTION relay_events(company uuid, subscribers text[], types text[], plugins text[], most integer,
                                        OUT events bigint, OUT told text[])
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    last_number bigint;
BEGIN
    INSERT INTO event_position (company_id) VALUES (company) ON CONFLICT DO NOTHING;
    -- The lock comes first and by itself: the next statement then sees all that an earlier holder did.
    SELECT p.last INTO STRICT last_number FROM event_position p WHERE p.company_id = company FOR UPDATE;
    WITH fresh AS MATERIALIZED (
        SELECT e.id, row_number() OVER (ORDER BY e.occurred_at, e.id) AS number
        FROM (SELECT o.id, o.occurred_at FROM outbox_event o WHERE o.company_id = company AND o.position IS NULL
              ORDER BY o.occurred_at, o.id LIMIT most) e
    ),
    numbered AS (
        UPDATE outbox_event e SET position = last_number + f.number FROM fresh f WHERE e.company_id = company AND e.id = f.id
        RETURNING e.id, e.type, e.subject_type, e.subject_type || ':' || e.subject_id AS aggregate_key, e.position
    ),
    wanted AS MATERIALIZED (
        SELECT DISTINCT s.subscriber, s.event_type FROM unnest(subscribers, types, plugins) AS s(subscriber, event_type, plugin)
        WHERE s.plugin IS NULL OR EXISTS (SELECT FROM plugin_installation i
              WHERE i.company_id = company AND i.plugin_id = s.plugin AND i.state <> 'disabled')
    ),
    made AS (
        INSERT INTO delivery (company_id, event_id, subscriber, aggregate_key, position)
        SELECT company, n.id, w.subscriber, n.aggregate_key, n.position
        FROM numbered n JOIN wanted w ON w.event_type = n.type
        UNION ALL
        SELECT company, n.id, 'webhook:' || h.id, n.aggregate_key, n.position
        FROM webhook h JOIN numbered n ON n.subject_type <> 'webhook' AND (h.event_types IS NULL OR n.type = ANY (h.event_types))
        WHERE h.company_id = company AND h.enabled AND h.owner_id IS NULL
        RETURNING subscriber
    )
    SELECT (SELECT count(*) FROM numbered), ARRAY(SELECT DISTINCT subscriber FROM made) INTO events, told;
    UPDATE event_position p SET last = last_number + events WHERE p.company_id = company AND events > 0;
END $$;

-- Takes deliveries that are due, of each subject the oldest only, until the lease ends. Those of a suspended company wait.
--
-- They are gone through in their order until there are enough, and never sorted: as one statement, or with all that is due read
-- first, a hundred thousand that wait for a receiver would be looked through for each handful.
CREATE OR REPLACE FUNCTION claim_deliveries(company uuid, for_subscriber text, most integer, lease interval, token uuid)
RETURNS TABLE (event_id uuid, event_position bigint, type text, subject_type text, subject_id uuid, occurred_at timestamptz,
               data json, attempts integer)
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    due record;
    taken uuid[] := '{}';
BEGIN
    IF EXISTS (SELECT FROM plugin_installation i WHERE i.company_id = company
               AND i.plugin_id = split_part(for_subscriber, ':', 1) AND i.state <> 'enabled')
       OR EXISTS (SELECT FROM plugin_health h WHERE h.company_id = company
               AND h.plugin_id = split_part(for_subscriber, ':', 1) AND h.retry_at > statement_timestamp())
       OR EXISTS (SELECT FROM company c WHERE c.id = company AND c.suspended) THEN
        RETURN;
    END IF;
    FOR due IN
        SELECT d.event_id, d.aggregate_key, d.position FROM delivery d
        WHERE d.company_id = company AND d.subscriber = for_subscriber AND d.state IN ('new', 'leased')
          AND d.next_at <= statement_timestamp() ORDER BY d.next_at, d.position
    LOOP
        EXIT WHEN cardinality(taken) = most;
        CONTINUE WHEN due.position <> (SELECT o.position FROM delivery o WHERE o.company_id = company
            AND o.subscriber = for_subscriber AND o.aggregate_key = due.aggregate_key AND o.state IN ('new', 'leased')
            ORDER BY o.aggregate_key, o.position LIMIT 1);
        PERFORM FROM delivery d WHERE d.company_id = company AND d.event_id = due.event_id AND d.subscriber = for_subscriber
            AND d.state IN ('new', 'leased') AND d.next_at <= statement_timestamp() FOR UPDATE SKIP LOCKED;
        IF FOUND THEN
            taken := taken || due.event_id;
        END IF;
    END LOOP;
    RETURN QUERY
    WITH leased AS (
        UPDATE delivery d SET state = 'leased', attempts = d.attempts + 1, lease_token = token, next_at = clock_timestamp() + lease
        WHERE d.company_id = company AND d.subscriber = for_subscriber AND d.event_id = ANY (taken)
        RETURNING d.event_id, d.attempts
    )
    SELECT e.id, e.position, e.type, e.subject_type, e.subject_id, e.occurred_at, e.data, l.attempts
    FROM leased l JOIN outbox_event e ON e.company_id = company AND e.id = l.event_id ORDER BY e.position + 0;   -- these few may be
END $$;

-- Takes deliveries for a webhook that is neither stopped nor resting nor being served. Whoever takes some is alone with it until
-- they are done, or their lease ends.
CREATE OR REPLACE FUNCTION claim_webhook(company uuid, hook uuid, most integer, lease interval, token uuid)
RETURNS TABLE (event_id uuid, event_position bigint, type text, subject_type text, subject_id uuid, occurred_at timestamptz,
               data json, attempts integer)
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM webhook h WHERE h.company_id = company AND h.id = hook AND h.enabled AND h.next_at <= statement_timestamp()
        FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM claim_deliveries(company, 'webhook:' || hook, most, lease, token);
    IF FOUND THEN
        UPDATE webhook h SET next_at = clock_timestamp() + lease, lease_token = token WHERE h.company_id = company AND h.id = hook;
    END IF;
END $$;
