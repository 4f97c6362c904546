-- The limit of `bench approve`: one server-side function that writes the rows of one approval in this database's own
-- tables, under its own triggers and constraints: lock, receipt, posting, four eyes, hold; step, round, decision with its
-- digest, chained events, the next round with dates, notices, receipt, state. What opens after a step stands ready in
-- bench_opening; backward dates are looked up there, forward dates counted in the calendar. Columns left out have the
-- model's default (crowd.py sets them in this scratch database only).
CREATE TABLE bench_opening (
    after_plan text, position int, aspects text[], move text, target text, stage text, track text, grp text, rule text,
    threshold int, plan text, role text, partner bool, digits int, supervisor text, lead int, backward date,
    PRIMARY KEY (after_plan, position));

CREATE FUNCTION bench_event(c workflow_case, kind_ text, actor_ bigint, at_ timestamptz, facts text) RETURNS workflow_case
LANGUAGE plpgsql AS $$
DECLARE
    body_ text := format('{"at":"%s","by":%s,"facts":%s,"for":null,"kind":"%s"}',
        to_char(at_ AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), actor_, facts, kind_);
    hash_ text;
BEGIN
    c.events := c.events + 1;
    hash_ := encode(sha256(convert_to(concat_ws(E'\n', c.head, 'case:' || c.id, c.events, body_), 'UTF8')), 'hex');
    INSERT INTO workflow_event (stream, sequence, kind, case_id, actor_id, at, body, previous, hash)
    VALUES ('case:' || c.id, c.events, kind_, c.id, actor_, at_, body_, c.head, hash_);
    c.head := hash_;
    RETURN c;
END $$;

CREATE FUNCTION bench_approve(step_ bigint, actor_ bigint, key_ text, document_ text, now_ timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    c workflow_case; s workflow_step; r workflow_round; o bench_opening;
    today date := (now_ AT TIME ZONE 'Asia/Shanghai')::date;
    seen_ jsonb; digest_ text; cancelled_ text; unit_ bigint; round_ bigint; opened bigint; due_ date; event_ bigint;
    steps_ bigint[] := '{}'; seats text[] := '{}'; one bigint;
BEGIN
    SELECT * INTO c FROM workflow_case WHERE id = (SELECT case_id FROM workflow_step WHERE id = step_)
    FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM workflow_receipt WHERE user_id = actor_ AND key = key_) THEN RETURN 'replayed'; END IF;
    SELECT * INTO s FROM workflow_step WHERE id = step_;
    SELECT * INTO r FROM workflow_round WHERE id = s.round_id;
    SELECT * INTO o FROM bench_opening WHERE after_plan = s.plan AND position = 0;
    IF s.state <> 'open' OR EXISTS (SELECT 1 FROM workflow_hold WHERE case_id = c.id AND resumed_at IS NULL)
        OR NOT EXISTS (
            SELECT 1 FROM workflow_posting p JOIN workflow_unit u ON u.id = p.unit_id
            WHERE p.user_id = actor_ AND p.role = s.role AND p.valid_from <= today
              AND (p.valid_until IS NULL OR p.valid_until >= today)
              AND (SELECT code FROM workflow_unit WHERE id = s.unit_id) LIKE u.code || '%')
        OR EXISTS (
            SELECT 1 FROM workflow_decision d JOIN workflow_step e ON e.id = d.step_id
            JOIN workflow_round f ON f.id = e.round_id
            WHERE d.case_id = c.id AND actor_ IN (d.actor_id, d.on_behalf_of_id)
              AND f.stage = r.stage AND f."group" <> r."group")
        OR EXISTS (SELECT 1 FROM unnest(o.aspects) a WHERE c.authors -> a @> to_jsonb(actor_))
        OR EXISTS (SELECT 1 FROM workflow_participant
                   WHERE case_id = c.id AND user_id = actor_ AND role = 'contact_cadre')
    THEN RETURN 'refused'; END IF;

    UPDATE workflow_step SET state = 'approved', closed_at = now_ WHERE id = step_;
    SELECT jsonb_object_agg(a, c.hashes -> a) INTO seen_ FROM unnest(o.aspects) a;
    digest_ := encode(sha256(convert_to(format('[%s,%s,null,"approve","","%s",{%s},"%s"]', step_, actor_, document_,
        (SELECT string_agg(format('"%s":"%s"', a, c.hashes ->> a), ',' ORDER BY a) FROM unnest(o.aspects) a),
        to_char(now_ AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')), 'UTF8')), 'hex');
    INSERT INTO workflow_decision (step_id, case_id, actor_id, verdict, comment, document_no, seen, at, digest)
    VALUES (step_, c.id, actor_, 'approve', '', document_, seen_, now_, digest_);
    c := bench_event(c, 'step.decided', actor_, now_, format(
        '{"decision":"%s","group":"%s","number":%s,"plan":"%s","seat":0,"step":%s,"verdict":"approve"}',
        digest_, r."group", r.number, s.plan, step_));

    WITH ended AS (
        UPDATE workflow_step SET state = 'cancelled', closed_at = now_, close_reason = 'passed'
        WHERE round_id = r.id AND state = 'open' RETURNING id)
    SELECT coalesce(string_agg('1', ','), '') INTO cancelled_ FROM ended;
    UPDATE workflow_round SET closed_at = now_, outcome = 'passed', closed_by_id = step_ WHERE id = r.id;
    c := bench_event(c, 'round.closed', actor_, now_, format(
        '{"cancelled":[%s],"group":"%s","number":%s,"outcome":"passed","why":"passed"}', cancelled_, r."group", r.number));
    IF o.target <> c.state THEN
        c := bench_event(c, 'case.moved', actor_, now_, format(
            '{"move":"%s","source":"%s","target":"%s"}', o.move, c.state, o.target));
        c.state := o.target;
    END IF;

    INSERT INTO workflow_round (case_id, stage, track, "group", number, rule, threshold, conditions, opened_at)
    SELECT c.id, o.stage, o.track, o.grp, 1, o.rule, o.threshold,
           (SELECT jsonb_object_agg(plan, true) FROM bench_opening WHERE after_plan = s.plan), now_
    RETURNING id INTO round_;
    FOR o IN SELECT * FROM bench_opening WHERE after_plan = s.plan ORDER BY position LOOP
        SELECT id INTO unit_ FROM workflow_unit WHERE code = left(
            (SELECT code FROM workflow_unit WHERE id = CASE WHEN o.partner THEN c.partner_unit_id ELSE c.home_unit_id END),
            o.digits);
        IF o.partner AND c.partner_since IS NULL THEN
            c.partner_since := now_;
            c := bench_event(c, 'sight.granted', actor_, now_, format('{"unit":%s}', c.partner_unit_id));
        END IF;
        SELECT d.day INTO due_ FROM workflow_calendarday d JOIN workflow_schedule x ON x.id = c.schedule_id
        JOIN workflow_calendarday e ON e.calendar_id = x.calendar_id AND e.day = today
        WHERE d.calendar_id = x.calendar_id AND d.working AND d.ordinal = e.ordinal + o.lead;
        INSERT INTO workflow_step (round_id, case_id, plan, role, unit_id, supervisor_role, opened_at, lead, lead_unit,
                                   forward, backward, due, binding)
        VALUES (round_, c.id, o.plan, o.role, unit_, o.supervisor, now_, o.lead, 'working', due_, o.backward,
                least(due_, o.backward), CASE WHEN o.backward < due_ THEN 'backward' ELSE 'forward' END)
        RETURNING id INTO one;
        steps_ := steps_ || one;
        seats := seats || format('["%s","%s",%s,null,null]', o.plan, o.role, unit_);
    END LOOP;
    c := bench_event(c, 'round.opened', actor_, now_, format(
        '{"carried":[],"group":"%s","number":1,"parent":null,"plans":[%s],"purpose":"group","rule":"%s","seats":[%s],"threshold":%s}',
        o.grp, (SELECT string_agg('"' || plan || '"', ',' ORDER BY plan) FROM bench_opening WHERE after_plan = s.plan),
        o.rule, array_to_string(seats, ','), o.threshold));
    SELECT id INTO event_ FROM workflow_event WHERE stream = 'case:' || c.id AND sequence = c.events;
    INSERT INTO workflow_notice (case_id, step_id, recipient_id, word, audience, event_id, created_at, not_before)
    SELECT DISTINCT ON (p.user_id) c.id, t.id, p.user_id, 'step_opened', 'holder', event_, now_, now_ + interval '10 seconds'
    FROM workflow_step t JOIN workflow_unit u ON u.id = t.unit_id
    CROSS JOIN unnest(ARRAY[2, 4, 6, 9, 12, 14]) AS digits
    JOIN workflow_unit v ON v.code = left(u.code, digits) AND length(u.code) >= digits
    JOIN workflow_posting p ON p.role = t.role AND p.unit_id = v.id AND p.valid_from <= today
        AND (p.valid_until IS NULL OR p.valid_until >= today)
    JOIN workflow_user w ON w.id = p.user_id AND w.is_active
    WHERE t.id = ANY (steps_)
    ORDER BY p.user_id, t.id;
    INSERT INTO workflow_receipt (user_id, key, verb, body_hash, outcome, at)
    VALUES (actor_, key_, 'decide', encode(sha256(convert_to(format('["decide",%s,[%s,"approve","","%s"]]', c.id, step_,
        document_), 'UTF8')), 'hex'),
        jsonb_build_object('decision', step_, 'verdict', 'approve', 'state', c.state), now_);
    UPDATE workflow_case SET state = c.state, partner_since = c.partner_since, version = version + 1, events = c.events,
        head = c.head, last_event_at = now_ WHERE id = c.id;
    RETURN c.state;
END $$;
