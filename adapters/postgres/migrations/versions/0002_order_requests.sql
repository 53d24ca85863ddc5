-- Order requests: what staff ask for, what is granted of it, and what became of that.

-- Above this value of a request its approver is somebody else than its requester; NULL: no such rule.
ALTER TABLE company ADD COLUMN approval_threshold amount CHECK (approval_threshold >= 0);

-- The last number given, also to a request that was deleted since.
CREATE TABLE order_request_number (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    last bigint NOT NULL
);

CREATE TABLE order_request (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('restock', 'customer_order')),
    state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'fulfilled', 'cancelled')),
    site_id uuid NOT NULL,
    requested_by uuid NOT NULL REFERENCES app_user (id),
    reason text NOT NULL,
    needed_on date,
    decided_by uuid REFERENCES app_user (id),
    decided_at timestamptz,
    closing_reason text NOT NULL DEFAULT '',
    transfer_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT order_request_number_key UNIQUE (company_id, number),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    FOREIGN KEY (company_id, transfer_id) REFERENCES transfer (company_id, id),
    CONSTRAINT order_request_transfer_of_restock CHECK (transfer_id IS NULL OR kind = 'restock'),
    CONSTRAINT order_request_decided CHECK (state NOT IN ('approved', 'rejected', 'fulfilled') OR decided_by IS NOT NULL)
);
CREATE INDEX order_request_by_state ON order_request (company_id, state, number);
CREATE INDEX order_request_by_requester ON order_request (company_id, requested_by, number);
CREATE UNIQUE INDEX order_request_transfer_key ON order_request (company_id, transfer_id) WHERE transfer_id IS NOT NULL;

CREATE TABLE order_request_line (
    company_id uuid NOT NULL,
    request_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL,
    quantity quantity NOT NULL CHECK (quantity > 0),
    granted quantity,                       -- NULL until it is decided
    fulfilled quantity NOT NULL DEFAULT 0 CHECK (fulfilled >= 0),
    closed quantity NOT NULL DEFAULT 0 CHECK (closed >= 0),
    PRIMARY KEY (company_id, request_id, line),
    FOREIGN KEY (company_id, request_id) REFERENCES order_request (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    CONSTRAINT order_request_line_granted CHECK (granted BETWEEN 0 AND quantity),
    CONSTRAINT order_request_line_open CHECK (fulfilled + closed <= coalesce(granted, 0))
);
CREATE INDEX order_request_line_by_product ON order_request_line (company_id, product_id);

-- The postings that issued a customer order.
CREATE TABLE order_request_posting (
    company_id uuid NOT NULL,
    request_id uuid NOT NULL,
    posting_id uuid NOT NULL,
    PRIMARY KEY (company_id, request_id, posting_id),
    FOREIGN KEY (company_id, request_id) REFERENCES order_request (company_id, id),
    FOREIGN KEY (company_id, posting_id) REFERENCES posting (company_id, id)
);

-- What was decided stays as it was decided: kind, site, requester, products and quantities. A change is a new request.
CREATE FUNCTION keep_decided_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'pending' THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.state = 'pending' OR (NEW.state <> 'pending' AND
          (NEW.company_id, NEW.id, NEW.number, NEW.kind, NEW.site_id, NEW.requested_by, NEW.reason, NEW.needed_on, NEW.decided_by, NEW.transfer_id)
          IS NOT DISTINCT FROM
          (OLD.company_id, OLD.id, OLD.number, OLD.kind, OLD.site_id, OLD.requested_by, OLD.reason, OLD.needed_on, OLD.decided_by, OLD.transfer_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request % is decided: what was asked for is fixed', OLD.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_request_fixed';
END $$;
CREATE TRIGGER keep_decided BEFORE UPDATE OR DELETE ON order_request
    FOR EACH ROW EXECUTE FUNCTION keep_decided_request();

-- Of a line only what became of it moves on. The lock keeps the request as it is until the change of its line is committed.
CREATE FUNCTION keep_decided_request_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    request record;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.company_id, NEW.request_id, NEW.line, NEW.product_id, NEW.quantity, NEW.granted)
                            IS NOT DISTINCT FROM (OLD.company_id, OLD.request_id, OLD.line, OLD.product_id, OLD.quantity, OLD.granted) THEN
        RETURN NEW;
    END IF;
    FOR request IN SELECT r.number, r.state FROM order_request r
                   WHERE (r.company_id, r.id) IN ((NEW.company_id, NEW.request_id), (OLD.company_id, OLD.request_id)) FOR SHARE LOOP
        IF request.state <> 'pending' THEN
            RAISE EXCEPTION 'request % is decided: its lines are fixed', request.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'order_request_fixed';
        END IF;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_decided BEFORE INSERT OR UPDATE OR DELETE ON order_request_line
    FOR EACH ROW EXECUTE FUNCTION keep_decided_request_line();

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['order_request_number', 'order_request', 'order_request_line', 'order_request_posting'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;

-- It is made again with one more parameter, which would make two of it.
DROP FUNCTION IF EXISTS ledger_end_reservations(uuid, text);
