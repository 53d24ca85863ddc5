-- Whoever has a report sent is told once when it could not be made, could not be sent, or rests, whichever statement finds that out;
-- of what goes on resting nothing is told again.
CREATE FUNCTION tell_report_not_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT s.company_id, 'report_schedule_not_sent', 'report_schedule', s.id,
               json_build_object('name', s.name, 'owner', s.owner_id, 'problem', n.problem)
        FROM (SELECT DISTINCT company_id, schedule_id, problem FROM now_so WHERE state IN ('failed', 'resting')) n
        JOIN report_schedule s ON s.company_id = n.company_id AND s.id = n.schedule_id;
    ELSE
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT s.company_id, 'report_schedule_not_sent', 'report_schedule', s.id,
               json_build_object('name', s.name, 'owner', s.owner_id, 'problem', n.problem)
        FROM (SELECT DISTINCT n.company_id, n.schedule_id, n.problem
              FROM now_so n JOIN was_so w USING (company_id, schedule_id, user_id)
              WHERE n.state IN ('failed', 'resting') AND n.state <> w.state) n
        JOIN report_schedule s ON s.company_id = n.company_id AND s.id = n.schedule_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_new AFTER INSERT ON report_schedule_outcome REFERENCING NEW TABLE AS now_so
    FOR EACH STATEMENT EXECUTE FUNCTION tell_report_not_sent();
CREATE TRIGGER tell_changed AFTER UPDATE ON report_schedule_outcome REFERENCING OLD TABLE AS was_so NEW TABLE AS now_so
    FOR EACH STATEMENT EXECUTE FUNCTION tell_report_not_sent();
