-- Programs that act on behalf of whoever let them in. Of a key or a secret the digest alone is kept; who was revoked stays listed.
CREATE TABLE api_key (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    public_id text NOT NULL CHECK (public_id ~ '^[0-9A-Za-z]{8}$'),
    secret_digest bytea NOT NULL CHECK (octet_length(secret_digest) = 32),
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (array_position(scopes, NULL) IS NULL),
    site_ids uuid[],                         -- NULL: wherever its creator may act
    networks text[] NOT NULL,                -- from which it may call; empty: from anywhere
    expires_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES app_user (id),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,                -- noted at most once a minute
    revoked_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CHECK (expires_at > created_at)
);

-- A key is shown before the company is known: its public id leads there, for everybody, and tells nothing else.
CREATE TABLE api_key_address (
    public_id text PRIMARY KEY,
    company_id uuid NOT NULL,
    key_id uuid NOT NULL,
    FOREIGN KEY (company_id, key_id) REFERENCES api_key (company_id, id)
);

CREATE TABLE oauth_client (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL CHECK (array_position(scopes, NULL) IS NULL),
    site_ids uuid[],
    networks text[] NOT NULL,
    expires_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES app_user (id),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CHECK (expires_at > created_at)
);

-- Two at a time, so that one can be exchanged for the other. Their numbers are never used again.
CREATE TABLE oauth_client_secret (
    company_id uuid NOT NULL,
    client_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    secret_digest bytea NOT NULL CHECK (octet_length(secret_digest) = 32),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (company_id, client_id, number),
    FOREIGN KEY (company_id, client_id) REFERENCES oauth_client (company_id, id)
);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['api_key', 'api_key_address', 'oauth_client', 'oauth_client_secret'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
CREATE POLICY leads_to_its_company ON api_key_address FOR SELECT USING (true);
