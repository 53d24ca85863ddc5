-- Restocks that are bought: the purchase order that brings what was granted. A draft that is thrown away leaves its request without.
ALTER TABLE order_request
    ADD COLUMN purchase_order_id uuid,
    ADD FOREIGN KEY (company_id, purchase_order_id) REFERENCES purchase_order (company_id, id) ON DELETE SET NULL (purchase_order_id),
    ADD CONSTRAINT order_request_brought CHECK (purchase_order_id IS NULL OR (kind = 'restock' AND transfer_id IS NULL));
CREATE UNIQUE INDEX order_request_purchase_order_key ON order_request (company_id, purchase_order_id) WHERE purchase_order_id IS NOT NULL;

-- What was decided stays as it was decided: kind, site, requester, products and quantities. A change is a new request.
CREATE OR REPLACE FUNCTION keep_decided_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'pending' THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.state = 'pending' OR (NEW.state <> 'pending'
          AND (NEW.purchase_order_id IS NULL OR NEW.purchase_order_id IS NOT DISTINCT FROM OLD.purchase_order_id) AND
          (NEW.company_id, NEW.id, NEW.number, NEW.kind, NEW.site_id, NEW.requested_by, NEW.reason, NEW.needed_on, NEW.decided_by, NEW.transfer_id)
          IS NOT DISTINCT FROM
          (OLD.company_id, OLD.id, OLD.number, OLD.kind, OLD.site_id, OLD.requested_by, OLD.reason, OLD.needed_on, OLD.decided_by, OLD.transfer_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request % is decided: what was asked for is fixed', OLD.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_request_fixed';
END $$;
