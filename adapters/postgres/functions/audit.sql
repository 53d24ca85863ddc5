-- The audit trail is written here alone, by triggers: no command, plugin or script can forget it.

-- A row as it is recorded: without what the database derives, counts or keeps of the ledger; decimals as text, as in every answer.
CREATE OR REPLACE FUNCTION audit_columns(stored jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(c.key, CASE WHEN jsonb_typeof(c.value) = 'number' AND strpos(c.value::text, '.') > 0
                                        THEN to_jsonb(trim_scale(c.value::text::numeric)::text) ELSE c.value END)
    FROM jsonb_each(stored) c
    WHERE c.key <> ALL (ARRAY['company_id', 'version', 'updated_at', 'sku_key', 'name_key', 'parent_depth', 'is_physical',
                              'is_allocatable', 'kit_kind', 'component_kind', 'in_transit', 'open', 'lead_days', 'on_time', 'shipped_cost', 'settled_cost', 'secret_digest',
                              'last_used_at', 'client_secret', 'client_secret_hint', 'order_secret', 'sealed', 'hook_sealed', 'failures', 'next_at', 'lease_token',
                              'due_at', 'level_source', 'basis', 'look_at', 'attempts', 'buyer'])
$$;

-- The sites that a row concerns; NULL for what concerns the whole company.
CREATE OR REPLACE FUNCTION audit_sites(subject text, stored jsonb) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN subject = 'site' THEN ARRAY[(stored ->> 'id')::uuid]
        WHEN subject = 'transfer' THEN ARRAY[(stored ->> 'source_site_id')::uuid, (stored ->> 'destination_site_id')::uuid]
        WHEN subject = 'transfer_line' THEN (SELECT ARRAY[t.source_site_id, t.destination_site_id] FROM transfer t
            WHERE t.company_id = (stored ->> 'company_id')::uuid AND t.id = (stored ->> 'transfer_id')::uuid)
        WHEN subject = 'channel_order_fact_line' THEN (SELECT nullif(ARRAY[o.site_id], ARRAY[NULL::uuid]) FROM channel_order o
            WHERE o.company_id = (stored ->> 'company_id')::uuid AND o.id = (stored ->> 'order_id')::uuid)
        WHEN subject = 'order_request_line' THEN (SELECT ARRAY[r.site_id] FROM order_request r
            WHERE r.company_id = (stored ->> 'company_id')::uuid AND r.id = (stored ->> 'request_id')::uuid)
        WHEN subject = 'purchase_order_line' THEN (SELECT ARRAY[o.site_id] FROM purchase_order o
            WHERE o.company_id = (stored ->> 'company_id')::uuid AND o.id = (stored ->> 'order_id')::uuid)
        WHEN subject = 'attachment' AND stored ->> 'subject_type' = 'purchase_order' THEN (SELECT ARRAY[o.site_id] FROM purchase_order o
            WHERE o.company_id = (stored ->> 'company_id')::uuid AND o.id = (stored ->> 'subject_id')::uuid)
        WHEN subject = 'attachment' AND stored ->> 'subject_type' = 'transfer' THEN (SELECT ARRAY[t.source_site_id, t.destination_site_id]
            FROM transfer t WHERE t.company_id = (stored ->> 'company_id')::uuid AND t.id = (stored ->> 'subject_id')::uuid)
        WHEN subject = 'attachment' AND stored ->> 'subject_type' = 'posting' THEN (SELECT array_agg(DISTINCT s.site)
            FROM move m CROSS JOIN LATERAL (VALUES (m.from_site_id), (m.to_site_id)) AS s(site)
            WHERE m.company_id = (stored ->> 'company_id')::uuid AND m.posting_id = (stored ->> 'subject_id')::uuid
              AND s.site IS NOT NULL)
        ELSE nullif(ARRAY[(stored ->> 'site_id')::uuid], ARRAY[NULL::uuid])
    END
$$;

-- Whoever acts without having signed in is the user `system`.
CREATE OR REPLACE FUNCTION audit_write(company uuid, action text, subject_type text, subject_id text, before jsonb, after jsonb, sites uuid[])
RETURNS void LANGUAGE sql AS $$
    WITH fresh AS MATERIALIZED (SELECT new_id() AS id, clock_timestamp() AS at),
    written AS (
        INSERT INTO audit_entry (company_id, id, at, actor_id, agent, origin_address, request_id, action, subject_type, subject_id,
                                 site_ids, before, after, reason)
        SELECT company, f.id, f.at,
               coalesce(nullif(current_setting('app.actor', true), ''), '00000000-0000-0000-0000-000000000000')::uuid,
               nullif(current_setting('app.agent', true), ''), nullif(current_setting('app.origin', true), ''), nullif(current_setting('app.request', true), ''),
               action, subject_type, subject_id, sites, before, after, nullif(current_setting('app.reason', true), '')
        FROM fresh f
    )
    INSERT INTO audit_unsealed (company_id, at, entry_id) SELECT company, f.at, f.id FROM fresh f
$$;

-- The argument of the trigger names the columns of the key after company_id.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stored jsonb := to_jsonb(coalesce(NEW, OLD));
    before jsonb := audit_columns(to_jsonb(OLD));
    after jsonb := audit_columns(to_jsonb(NEW));
    unrecorded CONSTANT jsonb := '{"settings": "not recorded"}';   -- they may hold secrets
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        changed := ARRAY(SELECT a.key FROM jsonb_each(after) a WHERE a.value IS DISTINCT FROM before -> a.key);
        IF changed = '{}' THEN
            RETURN NULL;
        END IF;
        before := (SELECT jsonb_object_agg(b.key, b.value) FROM jsonb_each(before) b WHERE b.key = ANY (changed));
        after := (SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(after) a WHERE a.key = ANY (changed));
    END IF;
    PERFORM audit_write(
        coalesce(stored ->> 'company_id', stored ->> 'id')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
        TG_TABLE_NAME::text,
        (SELECT string_agg(stored ->> k.name, '/' ORDER BY k.place)
         FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS k(name, place)),
        CASE WHEN before ? 'settings' THEN before || unrecorded ELSE before END,
        CASE WHEN after ? 'settings' THEN after || unrecorded ELSE after END,
        audit_sites(TG_TABLE_NAME::text, stored));
    RETURN NULL;
END $$;

-- What a person did that changed no row: they signed in, failed to, or came over from another company.
CREATE OR REPLACE FUNCTION audit_note(action text, subject_type text, subject_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF action IN ('created', 'changed', 'deleted') THEN
        RAISE EXCEPTION 'a change is recorded by the row that changes' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM audit_write(app_company(), action, subject_type, subject_id, NULL, NULL, NULL);
END $$;

-- An entry as it is sealed: all of it, in one spelling. Agent and reason came later: entries without them are spelt as before.
CREATE OR REPLACE FUNCTION audit_canonical(entry audit_entry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT (jsonb_build_array(entry.company_id, entry.id, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                             entry.actor_id, entry.origin_address, entry.request_id, entry.action, entry.subject_type,
                             entry.subject_id, to_jsonb(entry.site_ids), entry.before, entry.after)
            || CASE WHEN entry.reason IS NOT NULL THEN jsonb_build_array(entry.agent, entry.reason)
                    WHEN entry.agent IS NOT NULL THEN jsonb_build_array(entry.agent) ELSE '[]' END)::text
$$;

-- Gives entries that waited the numbers from `first` on, and their hashes. Whoever calls it holds the lock of the chain.
CREATE OR REPLACE FUNCTION audit_seal_entries(first bigint, entries uuid[], hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO audit_seal (company_id, seq, entry_id, hash)
    SELECT app_company(), first + n.place - 1, n.entry, n.hash FROM unnest(entries, hashes) WITH ORDINALITY AS n(entry, hash, place);
    DELETE FROM audit_unsealed u USING audit_entry e
    WHERE e.company_id = app_company() AND e.id = ANY (entries) AND u.company_id = e.company_id AND u.at = e.at AND u.entry_id = e.id;
END $$;
