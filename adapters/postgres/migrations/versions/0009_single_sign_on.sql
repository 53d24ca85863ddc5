-- Single sign-on by OpenID Connect: the servers that vouch for people of a company, sign-ins under way, and who is known by what.

CREATE TABLE identity_provider (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{0,39}$'),
    name text NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    client_secret text,                     -- sealed; NULL: the client has none
    client_secret_hint text,                -- its last characters, unless it is short
    client_secret_set_at timestamptz,
    scopes text[] NOT NULL,
    algorithms text[] NOT NULL,
    domains text[] NOT NULL,                -- the company's, as its administrator says
    default_role text,                      -- the code of a preset
    default_custom_role_id uuid,
    default_site_ids uuid[],                -- NULL: every site of the company
    enabled boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT identity_provider_code_key UNIQUE (company_id, code),
    CONSTRAINT identity_provider_role_fkey FOREIGN KEY (company_id, default_custom_role_id) REFERENCES role (company_id, id),
    CONSTRAINT identity_provider_one_role CHECK (num_nonnulls(default_role, default_custom_role_id) <= 1),
    CONSTRAINT identity_provider_secret_is_dated CHECK ((client_secret IS NULL) = (client_secret_set_at IS NULL)),
    CONSTRAINT identity_provider_public_keys_only CHECK
        (cardinality(algorithms) > 0 AND algorithms <@ ARRAY['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'])
);
CREATE INDEX identity_provider_by_issuer ON identity_provider (company_id, issuer);
CREATE INDEX identity_provider_by_custom_role ON identity_provider (company_id, default_custom_role_id)
    WHERE default_custom_role_id IS NOT NULL;

-- A browser that was sent to a provider. Taken out when it comes back; what it needs then is sealed.
CREATE TABLE oidc_login (
    company_id uuid NOT NULL,
    state_hash bytea NOT NULL,
    provider_id uuid NOT NULL,
    browser_hash bytea NOT NULL,
    sealed text NOT NULL,
    return_to text NOT NULL,
    cookie boolean NOT NULL,
    linking uuid REFERENCES app_user (id),  -- who wants to be known by the identity; NULL: somebody signs in
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, state_hash),
    FOREIGN KEY (company_id, provider_id) REFERENCES identity_provider (company_id, id) ON DELETE CASCADE
);
CREATE INDEX oidc_login_by_end ON oidc_login (company_id, expires_at);
CREATE INDEX oidc_login_by_provider ON oidc_login (company_id, provider_id);

-- A person is known by the name that an issuer has for them: one person by several, but several people by none.
CREATE TABLE identity_link (
    user_id uuid NOT NULL REFERENCES app_user (id),
    id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL CHECK (subject <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id),
    CONSTRAINT identity_link_key UNIQUE (issuer, subject)
);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['identity_provider', 'oidc_login'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
ALTER TABLE identity_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_user ON identity_link USING (user_id = (SELECT app_user_id())) WITH CHECK (user_id = (SELECT app_user_id()));
-- Signing in comes before the person is known: a company finds whom its own providers vouch for.
CREATE POLICY vouched_for ON identity_link FOR SELECT USING
    (EXISTS (SELECT FROM identity_provider p WHERE p.company_id = (SELECT app_company()) AND p.issuer = identity_link.issuer));
