-- Mails that a company's own sender carries, what their carriers report of them, and addresses to which nothing more goes.

-- The company whose own sender carries it, where one is at work. NULL: always the server's, as with all mail about accounts.
ALTER TABLE mail ADD COLUMN carried_for uuid REFERENCES company (id) ON DELETE CASCADE;
CREATE INDEX mail_carried ON mail (carried_for, next_at) WHERE state = 'waiting' AND carried_for IS NOT NULL;

-- To whom the mail went that told it.
ALTER TABLE notification_delivery ADD COLUMN mail_to text;
DROP INDEX notification_delivery_mail;
CREATE INDEX notification_delivery_mail ON notification_delivery (mail_id) WHERE mail_id IS NOT NULL;

-- The weightiest that was reported of a mail, however often and in whatever order it came.
CREATE TABLE mail_report (
    company_id uuid NOT NULL REFERENCES company (id),
    mail_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('sent', 'delivered', 'failed')),
    detail text NOT NULL,
    unwanted boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (company_id, mail_id)
);
CREATE INDEX mail_report_by_age ON mail_report (at);

-- Somebody there complained or wants no more, or nobody is there. Until a person lifts it, the company sends nothing more there.
CREATE TABLE blocked_address (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL DEFAULT new_id(),
    address text NOT NULL CHECK (address = lower(address)),
    reason text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (company_id, id),
    CONSTRAINT blocked_address_key UNIQUE (company_id, address)
);

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['mail_report', 'blocked_address'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
