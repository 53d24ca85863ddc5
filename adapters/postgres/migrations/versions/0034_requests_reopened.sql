-- What was decided stays as it was decided: kind, site, requester, products and quantities. A change is a new request. The
-- decision itself may be taken back while nothing has come of it: then it is pending again, as it was asked.
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
    ELSIF OLD.state IN ('approved', 'rejected') AND NEW.state = 'pending'
          AND (NEW.decided_by, NEW.transfer_id, NEW.purchase_order_id) IS NOT DISTINCT FROM (NULL::uuid, NULL::uuid, NULL::uuid) AND
          (NEW.company_id, NEW.id, NEW.number, NEW.kind, NEW.site_id, NEW.requested_by, NEW.reason, NEW.needed_on)
          IS NOT DISTINCT FROM
          (OLD.company_id, OLD.id, OLD.number, OLD.kind, OLD.site_id, OLD.requested_by, OLD.reason, OLD.needed_on)
          AND NOT EXISTS (SELECT FROM order_request_line l WHERE l.company_id = OLD.company_id AND l.request_id = OLD.id
                          AND l.fulfilled + l.closed > 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request % is decided: what was asked for is fixed', OLD.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'order_request_fixed';
END $$;
