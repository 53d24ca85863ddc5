-- A company's own roles. What their permissions mean, and which there are, is known to the application alone.
CREATE TABLE role (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    name text NOT NULL,
    permissions text[] NOT NULL CHECK (array_position(permissions, NULL) IS NULL),
    created_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT role_code_key UNIQUE (company_id, code)
);
ALTER TABLE role ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_company ON role USING (company_id = (SELECT app_company())) WITH CHECK (company_id = (SELECT app_company()));

-- `role` is the code of a preset; who has none has a role of the company's own. NULL sites: every site of the company.
ALTER TABLE membership RENAME COLUMN site_ids TO write_site_ids;
ALTER TABLE membership
    ADD COLUMN read_site_ids uuid[],
    ADD COLUMN custom_role_id uuid,
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ALTER COLUMN role DROP NOT NULL,
    NO FORCE ROW LEVEL SECURITY;
-- The policies bind the owner too, and would let no row be seen.
UPDATE membership SET read_site_ids = write_site_ids;
ALTER TABLE membership
    ADD CONSTRAINT membership_one_role CHECK (num_nonnulls(role, custom_role_id) = 1),
    ADD CONSTRAINT membership_custom_role_fkey FOREIGN KEY (company_id, custom_role_id) REFERENCES role (company_id, id),
    ADD CONSTRAINT membership_reads_what_it_writes CHECK
        (read_site_ids IS NULL OR (write_site_ids IS NOT NULL AND write_site_ids <@ read_site_ids)),
    FORCE ROW LEVEL SECURITY;
CREATE INDEX membership_by_custom_role ON membership (company_id, custom_role_id) WHERE custom_role_id IS NOT NULL;

-- Signing in comes before the company is known: a person sees the roles that they have.
CREATE POLICY roles_of_member ON role FOR SELECT USING
    (EXISTS (SELECT FROM membership m WHERE m.company_id = role.company_id AND m.custom_role_id = role.id
             AND m.user_id = (SELECT app_user_id())));
