-- Second factors and passkeys belong to people: no company sees them.

-- The secret that an app shares with us. It counts from `confirmed_at` on; no code of a step up to `last_step` is good again.
CREATE TABLE totp (
    user_id uuid PRIMARY KEY REFERENCES app_user (id),
    sealed text NOT NULL,
    begun_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0
);

-- Those that are left: one that is used is gone.
CREATE TABLE recovery_code (
    user_id uuid NOT NULL REFERENCES totp (user_id) ON DELETE CASCADE,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (user_id, digest)
);

CREATE TABLE passkey (
    user_id uuid NOT NULL REFERENCES app_user (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    credential_id bytea NOT NULL CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    public_key bytea NOT NULL CHECK (octet_length(public_key) <= 2000),
    sign_count bigint NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (user_id, id),
    CONSTRAINT passkey_credential_key UNIQUE (user_id, credential_id)
);

-- Challenges that wait for their answer: of the person who adds a passkey, or of nobody yet, who signs in with one.
CREATE TABLE passkey_challenge (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    user_id uuid REFERENCES app_user (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_by_end ON passkey_challenge (expires_at);

DO $$
DECLARE personal text;
BEGIN
    FOREACH personal IN ARRAY ARRAY['totp', 'recovery_code', 'passkey', 'passkey_challenge'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', personal);
    END LOOP;
    FOREACH personal IN ARRAY ARRAY['totp', 'recovery_code', 'passkey'] LOOP
        EXECUTE format('CREATE POLICY own_user ON %I USING (user_id = (SELECT app_user_id())) '
                       'WITH CHECK (user_id = (SELECT app_user_id()))', personal);
    END LOOP;
END $$;
CREATE POLICY own_user ON passkey_challenge USING (user_id IS NOT DISTINCT FROM (SELECT app_user_id()))
    WITH CHECK (user_id IS NOT DISTINCT FROM (SELECT app_user_id()));
