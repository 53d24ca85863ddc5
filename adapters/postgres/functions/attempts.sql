-- Counts an attempt under every name, or under none: then `wait` says for how long, and `place` which name has none left.
CREATE OR REPLACE FUNCTION attempt_admit(names bytea[], limits integer[], windows interval[], at timestamptz,
                                         OUT wait interval, OUT place integer)
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO attempt (name, forget_at) SELECT n, at FROM unnest(names) AS n ORDER BY n ON CONFLICT DO NOTHING;
    PERFORM FROM attempt a WHERE a.name = ANY (names) ORDER BY a.name FOR UPDATE;
    SELECT w.wait, w.place INTO wait, place
    FROM (SELECT n.place, coalesce((SELECT t.time FROM unnest(a.times) AS t(time) WHERE t.time > at - n.span
                                    ORDER BY t.time DESC OFFSET n.most - 1 LIMIT 1) + n.span - at, interval '0') AS wait
          FROM unnest(names, limits, windows) WITH ORDINALITY AS n(name, most, span, place) JOIN attempt a ON a.name = n.name) w
    ORDER BY w.wait DESC LIMIT 1;
    IF wait > interval '0' THEN
        RETURN;
    END IF;
    UPDATE attempt a SET times = ARRAY(SELECT t FROM unnest(a.times) AS t WHERE t > at - n.span ORDER BY t) || at,
                         forget_at = greatest(a.forget_at, at + n.span)
    FROM unnest(names, windows) AS n(name, span) WHERE a.name = n.name;
END $$;

CREATE OR REPLACE FUNCTION attempt_forgive(names bytea[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM FROM attempt a WHERE a.name = ANY (names) ORDER BY a.name FOR UPDATE;
    UPDATE attempt a SET times = trim_array(a.times, 1) WHERE a.name = ANY (names) AND cardinality(a.times) > 0;
END $$;
