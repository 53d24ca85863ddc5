-- Sessions, refresh tokens, signing keys and counted attempts belong to people, or to nobody: not to companies.

ALTER TABLE app_user
    ADD COLUMN email text CHECK (email = lower(btrim(email)) AND email LIKE '_%@_%'),
    ADD COLUMN time_zone text,                              -- NULL: that of the company
    ADD COLUMN must_change_password boolean NOT NULL DEFAULT false,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT app_user_email_key UNIQUE (email);

-- What somebody signed in has: proven how and when, from where, in which company, until when at most.
CREATE TABLE session (
    user_id uuid NOT NULL REFERENCES app_user (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('token', 'cookie')),
    chosen_company_id uuid REFERENCES company (id),
    methods text[] NOT NULL,
    address text NOT NULL,
    device text NOT NULL,
    cookie_hash bytea,
    authenticated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (user_id, id),
    CONSTRAINT session_cookie_key UNIQUE (user_id, cookie_hash),
    CHECK ((kind = 'cookie') = (cookie_hash IS NOT NULL))
);
CREATE INDEX session_by_end ON session (least(expires_at, ended_at));

-- Each is good once. Its successor is kept, sealed, for as long as two honest callers may present the same one.
CREATE TABLE refresh_token (
    user_id uuid NOT NULL,
    hash bytea NOT NULL,
    session_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_by text,                            -- the device and the network that used it
    successor text,
    PRIMARY KEY (user_id, hash),
    FOREIGN KEY (user_id, session_id) REFERENCES session (user_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_token_by_session ON refresh_token (user_id, session_id);

-- The newest key whose time has come signs; those whose time is still to come are published already, and old ones a little longer.
CREATE TABLE signing_key (
    kid text PRIMARY KEY,
    sealed text NOT NULL,
    signs_from timestamptz NOT NULL
);

-- The times of attempts that count, by the digest of what they are counted under.
CREATE TABLE attempt (
    name bytea PRIMARY KEY,
    times timestamptz[] NOT NULL DEFAULT '{}',
    forget_at timestamptz NOT NULL
);
CREATE INDEX attempt_by_end ON attempt (forget_at);

DO $$
DECLARE personal text;
BEGIN
    FOREACH personal IN ARRAY ARRAY['session', 'refresh_token'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY own_user ON %I USING (user_id = (SELECT app_user_id())) '
                       'WITH CHECK (user_id = (SELECT app_user_id()))', personal);
    END LOOP;
END $$;

-- Whose behalf an integration acts on is its user; the integration itself is the agent.
ALTER TABLE audit_entry
    ADD COLUMN agent text,
    DROP CONSTRAINT audit_entry_action_check,
    ADD CONSTRAINT audit_entry_action_check CHECK (action ~ '^[a-z][a-z_]{0,39}$');
