-- Suppliers, what they sell, and what is ordered of them.

-- Above this value of an order its approver is somebody else than its submitter; NULL: no order waits for an approval.
ALTER TABLE company ADD COLUMN purchase_approval_threshold amount CHECK (purchase_approval_threshold >= 0);
-- How much more than was ordered may be received, in percent of a line; an order copies it.
ALTER TABLE company ADD COLUMN over_receipt_tolerance numeric(5, 2) NOT NULL DEFAULT 0 CHECK (over_receipt_tolerance BETWEEN 0 AND 100);

CREATE TABLE supplier (
    company_id uuid NOT NULL REFERENCES company (id),
    id uuid NOT NULL,
    code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,31}$'),
    name text NOT NULL,
    tax_id text NOT NULL DEFAULT '',
    contacts jsonb NOT NULL DEFAULT '[]',   -- [{name, email, phone}]
    payment_days integer NOT NULL DEFAULT 0 CHECK (payment_days BETWEEN 0 AND 3650),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    minimum_order_value amount CHECK (minimum_order_value >= 0),
    note text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT supplier_code_key UNIQUE (company_id, code)
);

-- On which terms a supplier sells a product, from valid_from until the end of valid_to (NULL: since ever, until further notice).
CREATE TABLE supplier_item (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    product_id uuid NOT NULL,
    supplier_sku text NOT NULL DEFAULT '',
    minimum_order_quantity quantity CHECK (minimum_order_quantity > 0),
    order_multiple quantity CHECK (order_multiple > 0),
    lead_time_days integer CHECK (lead_time_days BETWEEN 0 AND 3650),
    valid_from date,
    valid_to date,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT supplier_item_supplier_fkey FOREIGN KEY (company_id, supplier_id) REFERENCES supplier (company_id, id),
    CONSTRAINT supplier_item_product_fkey FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    CONSTRAINT supplier_item_valid CHECK (valid_from <= valid_to)
);
CREATE INDEX supplier_item_by_supplier ON supplier_item (company_id, supplier_id, product_id);
CREATE INDEX supplier_item_by_product ON supplier_item (company_id, product_id);

CREATE TABLE supplier_price_break (
    company_id uuid NOT NULL,
    item_id uuid NOT NULL,
    from_quantity quantity NOT NULL CHECK (from_quantity > 0),
    unit_price amount NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (company_id, item_id, from_quantity),
    FOREIGN KEY (company_id, item_id) REFERENCES supplier_item (company_id, id) ON DELETE CASCADE
);

-- An exclusion constraint would need the extension btree_gist, which not every server has. The lock makes two of one supplier wait.
CREATE FUNCTION refuse_overlapping_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM supplier s WHERE s.company_id = NEW.company_id AND s.id = NEW.supplier_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM supplier_item i WHERE i.company_id = NEW.company_id AND i.supplier_id = NEW.supplier_id
               AND i.product_id = NEW.product_id AND i.id <> NEW.id
               AND daterange(i.valid_from, i.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')) THEN
        RAISE EXCEPTION 'another item of this supplier and product is valid in that time'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'supplier_item_once_at_a_time';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER once_at_a_time BEFORE INSERT OR UPDATE ON supplier_item FOR EACH ROW EXECUTE FUNCTION refuse_overlapping_item();

-- The last number given, also to an order that was deleted since.
CREATE TABLE purchase_order_number (
    company_id uuid PRIMARY KEY REFERENCES company (id),
    last bigint NOT NULL
);

CREATE TABLE purchase_order (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'to_approve', 'approved', 'sent', 'acknowledged', 'partially_received', 'received',
                                         'closed', 'cancelled')),
    supplier_id uuid NOT NULL,
    site_id uuid NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    exchange_rate numeric(18, 8) NOT NULL CHECK (exchange_rate > 0),   -- how much of the company's currency one unit is worth
    over_receipt_tolerance numeric(5, 2) NOT NULL CHECK (over_receipt_tolerance BETWEEN 0 AND 100),
    note text NOT NULL DEFAULT '',
    created_by uuid NOT NULL REFERENCES app_user (id),
    submitted_by uuid REFERENCES app_user (id),
    approved_by uuid REFERENCES app_user (id),
    approved_at timestamptz,
    sent_by uuid REFERENCES app_user (id),
    sent_at timestamptz,
    sent_by_channel text,
    acknowledged_at timestamptz,
    supplier_reference text NOT NULL DEFAULT '',
    receipts integer NOT NULL DEFAULT 0,
    closing_reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, id),
    CONSTRAINT purchase_order_number_key UNIQUE (company_id, number),
    CONSTRAINT purchase_order_supplier_fkey FOREIGN KEY (company_id, supplier_id) REFERENCES supplier (company_id, id),
    FOREIGN KEY (company_id, site_id) REFERENCES site (company_id, id),
    CONSTRAINT purchase_order_sent CHECK (state IN ('draft', 'to_approve', 'approved', 'cancelled')
                                          OR (sent_at IS NOT NULL AND sent_by_channel IS NOT NULL))
);
CREATE INDEX purchase_order_by_state ON purchase_order (company_id, state, number);
CREATE INDEX purchase_order_by_supplier ON purchase_order (company_id, supplier_id, number);

-- ordered = received + open + cancelled; what came beyond that stands apart. lead_days and on_time are what the whole line taught
-- about its supplier (on_time: where there was a promised day).
CREATE TABLE purchase_order_line (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL,
    item_id uuid,
    quantity quantity NOT NULL CHECK (quantity > 0),
    unit_price amount NOT NULL CHECK (unit_price >= 0),
    expected_on date,
    promised_on date,
    received quantity NOT NULL DEFAULT 0 CHECK (received >= 0),
    over_received quantity NOT NULL DEFAULT 0 CHECK (over_received >= 0),
    cancelled quantity NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    open quantity NOT NULL GENERATED ALWAYS AS (quantity - received - cancelled) STORED,
    lead_days integer,
    on_time boolean,
    PRIMARY KEY (company_id, order_id, line),
    FOREIGN KEY (company_id, order_id) REFERENCES purchase_order (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id),
    CONSTRAINT purchase_order_line_item_fkey FOREIGN KEY (company_id, item_id) REFERENCES supplier_item (company_id, id),
    CONSTRAINT purchase_order_line_open_part CHECK (quantity - received - cancelled >= 0),
    CONSTRAINT purchase_order_line_over_when_whole CHECK (over_received = 0 OR received = quantity),
    CONSTRAINT purchase_order_line_learnt_when_whole CHECK (lead_days IS NULL OR received = quantity)
);
CREATE INDEX purchase_order_line_on_order ON purchase_order_line (company_id, product_id) WHERE open > 0;
CREATE INDEX purchase_order_line_by_item ON purchase_order_line (company_id, item_id) WHERE item_id IS NOT NULL;

-- What arrived at once, recorded by one posting; `reversal_id` is the posting that took it back.
CREATE TABLE purchase_receipt (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    number integer NOT NULL,
    document_number text NOT NULL DEFAULT '',
    posting_id uuid NOT NULL,
    reversal_id uuid,
    received_by uuid NOT NULL REFERENCES app_user (id),
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, order_id, number),
    CONSTRAINT purchase_receipt_posting_key UNIQUE (company_id, posting_id),
    FOREIGN KEY (company_id, order_id) REFERENCES purchase_order (company_id, id),
    FOREIGN KEY (company_id, posting_id) REFERENCES posting (company_id, id),
    FOREIGN KEY (company_id, reversal_id) REFERENCES posting (company_id, id)
);

CREATE TABLE purchase_receipt_line (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    receipt integer NOT NULL,
    line integer NOT NULL,
    quantity quantity NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (company_id, order_id, receipt, line),
    FOREIGN KEY (company_id, order_id, receipt) REFERENCES purchase_receipt (company_id, order_id, number),
    FOREIGN KEY (company_id, order_id, line) REFERENCES purchase_order_line (company_id, order_id, line)
);

-- What the whole lines of a supplier taught, of one product or (NULL) of all: their number, the sums of their days and of the
-- squares of these, how many had a promised day and how many of them came by then.
CREATE TABLE lead_time_stat (
    company_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    product_id uuid,
    receipts bigint NOT NULL CHECK (receipts >= 0),
    days bigint NOT NULL CHECK (days >= 0),
    days_squared bigint NOT NULL CHECK (days_squared >= 0),
    promised bigint NOT NULL CHECK (promised BETWEEN 0 AND receipts),
    on_time bigint NOT NULL CHECK (on_time BETWEEN 0 AND promised),
    CONSTRAINT lead_time_stat_key UNIQUE NULLS NOT DISTINCT (company_id, supplier_id, product_id),
    FOREIGN KEY (company_id, supplier_id) REFERENCES supplier (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES product (company_id, id)
);

-- What was handed in stays as it was: supplier, site, currency, products, quantities, prices. A change is a new order.
CREATE FUNCTION keep_submitted_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.state = 'draft' OR (NEW.state <> 'draft' AND (NEW.state = OLD.state OR OLD.state NOT IN ('closed', 'cancelled')) AND
          (NEW.company_id, NEW.id, NEW.number, NEW.supplier_id, NEW.site_id, NEW.currency, NEW.exchange_rate, NEW.over_receipt_tolerance,
           NEW.note, NEW.created_by, NEW.submitted_by)
          IS NOT DISTINCT FROM
          (OLD.company_id, OLD.id, OLD.number, OLD.supplier_id, OLD.site_id, OLD.currency, OLD.exchange_rate, OLD.over_receipt_tolerance,
           OLD.note, OLD.created_by, OLD.submitted_by)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'purchase order % is no draft: what was ordered is fixed', OLD.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_order_fixed';
END $$;
CREATE TRIGGER keep_submitted BEFORE UPDATE OR DELETE ON purchase_order
    FOR EACH ROW EXECUTE FUNCTION keep_submitted_order();

-- Of a line only what became of it moves on. The lock keeps the order as it is until the change of its line is committed.
CREATE FUNCTION keep_submitted_order_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ordered record;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.company_id, NEW.order_id, NEW.line, NEW.product_id, NEW.item_id, NEW.quantity, NEW.unit_price, NEW.expected_on)
       IS NOT DISTINCT FROM (OLD.company_id, OLD.order_id, OLD.line, OLD.product_id, OLD.item_id, OLD.quantity, OLD.unit_price, OLD.expected_on) THEN
        RETURN NEW;
    END IF;
    FOR ordered IN SELECT o.number, o.state FROM purchase_order o
                   WHERE (o.company_id, o.id) IN ((NEW.company_id, NEW.order_id), (OLD.company_id, OLD.order_id)) FOR SHARE LOOP
        IF ordered.state <> 'draft' THEN
            RAISE EXCEPTION 'purchase order % is no draft: its lines are fixed', ordered.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_order_fixed';
        END IF;
    END LOOP;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_submitted BEFORE INSERT OR UPDATE OR DELETE ON purchase_order_line
    FOR EACH ROW EXECUTE FUNCTION keep_submitted_order_line();

ALTER TABLE attachment DROP CONSTRAINT attachment_subject_type_check;
ALTER TABLE attachment ADD CONSTRAINT attachment_subject_type_check
    CHECK (subject_type IN ('posting', 'transfer', 'product', 'purchase_order'));

DO $$
DECLARE tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['supplier', 'supplier_item', 'supplier_price_break', 'purchase_order_number', 'purchase_order',
                                  'purchase_order_line', 'purchase_receipt', 'purchase_receipt_line', 'lead_time_stat'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_company ON %I USING (company_id = (SELECT app_company())) '
                       'WITH CHECK (company_id = (SELECT app_company()))', tenant);
    END LOOP;
END $$;
