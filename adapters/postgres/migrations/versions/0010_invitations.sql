-- Invitations, and what resets a password.

-- An address that anybody could write down for a person is no proof of who they are: only the one of which they have shown that
-- they read what is sent there belongs to one account alone. It counts for as long as it is still the address of the account.
ALTER TABLE app_user
    ADD COLUMN proven_email text,
    DROP CONSTRAINT app_user_email_key;
CREATE UNIQUE INDEX app_user_proven_email_key ON app_user (email) WHERE email = proven_email;
CREATE INDEX app_user_by_email ON app_user (email) WHERE email IS NOT NULL;

-- Of the secret in the link the digest alone is kept. `role_code` is of a preset or of the role that `custom_role_id` names; a role
-- that is deleted leaves its code, and an invitation to nothing.
CREATE TABLE invitation (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(btrim(email)) AND email LIKE '_%@_%'),
    name text,
    locale text NOT NULL,
    role_code text NOT NULL,
    custom_role_id uuid,
    write_site_ids uuid[],                   -- NULL: every site of the company
    read_site_ids uuid[],
    secret_digest bytea NOT NULL CHECK (octet_length(secret_digest) = 32),
    invited_by uuid NOT NULL REFERENCES app_user (id),
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by uuid REFERENCES app_user (id),
    revoked_at timestamptz,
    PRIMARY KEY (company_id, id),
    CONSTRAINT invitation_secret_key UNIQUE (company_id, secret_digest),
    FOREIGN KEY (company_id, custom_role_id) REFERENCES role (company_id, id) ON DELETE SET NULL (custom_role_id),
    CHECK (read_site_ids IS NULL OR (write_site_ids IS NOT NULL AND write_site_ids <@ read_site_ids)),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX invitation_pending_key ON invitation (company_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitation_by_custom_role ON invitation (company_id, custom_role_id) WHERE custom_role_id IS NOT NULL;

-- Each is good once; to use one is to lose them all.
CREATE TABLE password_reset (
    user_id uuid NOT NULL REFERENCES app_user (id),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, digest)
);

ALTER TABLE invitation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_company ON invitation USING (company_id = (SELECT app_company())) WITH CHECK (company_id = (SELECT app_company()));
ALTER TABLE password_reset ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_user ON password_reset USING (user_id = (SELECT app_user_id())) WITH CHECK (user_id = (SELECT app_user_id()));
