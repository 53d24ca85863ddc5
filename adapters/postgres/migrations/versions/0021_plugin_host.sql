-- The host of plugins: sealed secrets, secret addresses for webhooks, what plugins remember, how they fare.

-- One that was removed is disabled, and only its name is left, with whatever data was to be kept.
ALTER TABLE plugin_installation
    ADD COLUMN removed_at timestamptz,
    ADD COLUMN hook_sealed text,            -- the token of its secret address
    ADD COLUMN hook_set_at timestamptz,
    ADD CONSTRAINT plugin_installation_removed CHECK (removed_at IS NULL OR state = 'disabled'),
    ADD CONSTRAINT plugin_installation_hook CHECK ((hook_sealed IS NULL) = (hook_set_at IS NULL));

-- Each setting that is a secret, sealed for its place. The hint is its last four characters, if it is long enough to spare them.
CREATE TABLE plugin_secret (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    field text NOT NULL,
    sealed text NOT NULL,
    hint text,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, plugin_id, field),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id)
);

-- A webhook brings nothing but its token: the digest leads to the company, for everybody, and tells nothing else.
CREATE TABLE plugin_hook (
    hook_hash bytea PRIMARY KEY CHECK (length(hook_hash) = 32),
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    UNIQUE (company_id, plugin_id),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id)
);

-- What plugins remember. It may begin before the plugin is switched on, while its settings are tried.
CREATE TABLE plugin_store (
    company_id uuid NOT NULL REFERENCES company (id),
    plugin_id text NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    value bytea NOT NULL CHECK (length(value) <= 64000),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, plugin_id, name)
);

-- The last check of the settings, and since when the plugin rests because too much failed: nothing is asked of it before `retry_at`.
CREATE TABLE plugin_health (
    company_id uuid NOT NULL,
    plugin_id text NOT NULL,
    checked_at timestamptz,
    check_problem text,
    resting_since timestamptz,
    retry_at timestamptz,
    reason text,
    PRIMARY KEY (company_id, plugin_id),
    FOREIGN KEY (company_id, plugin_id) REFERENCES plugin_installation (company_id, plugin_id),
    CONSTRAINT plugin_health_rest CHECK ((resting_since IS NULL) = (retry_at IS NULL) AND (resting_since IS NULL) = (reason IS NULL))
);
CREATE INDEX delivery_by_plugin ON delivery (company_id, (split_part(subscriber, ':', 1)), position) WHERE webhook_id IS NULL AND subscriber NOT LIKE 'core:%';

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['plugin_secret', 'plugin_hook', 'plugin_store', 'plugin_health'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
CREATE POLICY leads_to_its_company ON plugin_hook FOR SELECT USING (true);
