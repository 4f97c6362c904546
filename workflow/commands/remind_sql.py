"""The sweep's statements: one set-based write per batch of steps, and the revival of words withdrawn for a while.

Division codes are prefixes of fixed lengths, so "which postings cover this unit" is an equality join.
"""

# What the days of a batch are counted with: whoever changes a ladder, a route or a calendar's days changes this.
IN_FORCE = """SELECT ARRAY(SELECT id FROM workflow_ladder WHERE current ORDER BY id),
    (SELECT max(id) FROM workflow_route),
    ARRAY(SELECT code FROM workflow_calendar ORDER BY id), ARRAY(SELECT version FROM workflow_calendar ORDER BY id),
    ARRAY(SELECT id FROM workflow_schedule ORDER BY id),
    ARRAY(SELECT c.code FROM workflow_schedule s JOIN workflow_calendar c ON c.id = s.calendar_id ORDER BY s.id)"""

OF_CASE = """JOIN workflow_case c ON c.id = s.case_id
    LEFT JOIN unnest(%(l_routes)s::bigint[], %(l_ladders)s::bigint[]) AS l(route, ladder) ON l.route = c.route_id
    LEFT JOIN unnest(%(k_schedules)s::bigint[], %(k_calendars)s::int[]) AS k(schedule, calendar)
        ON k.schedule = c.schedule_id"""

# Which steps: the next ones in the order of watch_remind_on, which answers alone; a thorough sweep looks at a good part
# of all steps and walks them. One row with the ids as a text: rows of their own take longer to fetch than to find.
WATCHED = """
SELECT string_agg(id::text, ',' ORDER BY day, id), max(day) FROM (
    SELECT step_id AS id, remind_on AS day FROM workflow_watch
    WHERE remind_on <= %(today)s AND (remind_on, step_id) > (%(day)s::date, %(seen)s)
    ORDER BY remind_on, step_id LIMIT %(size)s) w
"""
REACHED = """
SELECT string_agg(id::text, ',' ORDER BY id), max(due) FROM (
    SELECT s.id, s.due FROM workflow_step s LEFT JOIN workflow_watch w ON w.step_id = s.id
    WHERE s.state = 'open' AND s.id > %(seen)s AND (w.remind_on <= %(today)s OR s.due <= %(last_due)s)
    ORDER BY s.id LIMIT %(size)s) s
"""

# (SELECT ...): the planner would weigh each of the ids by itself, which takes longer than finding the rows
DUES = "SELECT DISTINCT s.due, {calendar} FROM workflow_step s {case} WHERE s.id = ANY((SELECT %(ids)s)::bigint[])"

# Recipients: the claimant while their posting covers the step (else everyone whose posting does), with the people
# they lent it to or hold it for; the household's contact cadres; the superiors over the unit whom the rung names.
# {case} joins route and schedule only where some route has a ladder or some county a calendar of its own.
REMIND = """
WITH reach(calendar, ladder, severe, due, rung, day, highest, urgent, audience, rank, post) AS (
    SELECT * FROM unnest(%(calendars)s::int[], %(ladders)s::bigint[], %(severes)s::bool[], %(dues)s::date[],
        %(rungs)s::int[], %(days)s::date[], %(highest)s::bool[], %(urgent)s::bool[], %(audiences)s::text[],
        %(ranks)s::int[], %(posts)s::text[])
), following(calendar, ladder, severe, due, day) AS (
    SELECT * FROM unnest(%(f_calendars)s::int[], %(f_ladders)s::bigint[], %(f_severes)s::bool[], %(f_dues)s::date[],
        %(f_days)s::date[])
), batch AS (
    SELECT s.id, s.case_id, s.round_id, s.due, s.due_version, s.holder_id, s.role, s.supervisor_role,
           {calendar} AS calendar, {ladder} AS ladder, s.binding <> 'forward' AS severe,
           (s.opened_at AT TIME ZONE 'Asia/Shanghai')::date AS opened_on, split_part(u.code, '.', 1) AS division
    FROM workflow_step s JOIN workflow_unit u ON u.id = s.unit_id {case}
    WHERE s.id = ANY((SELECT %(ids)s)::bigint[]) AND s.state = 'open'
    ORDER BY s.id
    FOR NO KEY UPDATE OF s SKIP LOCKED
), looked AS (
    UPDATE workflow_watch w SET remind_on = f.day
    FROM batch b
    JOIN following f ON f.calendar = b.calendar AND f.ladder = b.ladder AND f.severe = b.severe AND f.due = b.due
    WHERE w.step_id = b.id AND w.remind_on <> f.day
        AND w.step_id = ANY(ARRAY(SELECT id FROM batch))  -- said twice: else every row is read
), owed AS MATERIALIZED (
    SELECT b.id AS step_id, b.case_id, b.due_version, b.holder_id, b.division,
           r.rung, r.highest, r.urgent, r.audience, r.rank,
           CASE r.audience WHEN 'holder' THEN b.role WHEN 'supervisor' THEN b.supervisor_role ELSE r.post END AS role
    FROM batch b
    JOIN reach r ON r.calendar = b.calendar AND r.ladder = b.ladder AND r.severe = b.severe AND r.due = b.due
        AND (r.rung >= 0 OR r.day > b.opened_on)
), posting AS (
    SELECT p.id, p.user_id, p.role, split_part(u.code, '.', 1) AS division
    FROM workflow_posting p JOIN workflow_unit u ON u.id = p.unit_id
    WHERE p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
), authority AS MATERIALIZED (
    SELECT p.user_id, NULL::bigint AS lender_id, p.role, p.division
    FROM posting p JOIN workflow_user w ON w.id = p.user_id AND w.is_active
    UNION ALL
    SELECT b.substitute_id, p.user_id, p.role, p.division
    FROM posting p JOIN workflow_substitution b ON b.posting_id = p.id AND b.revoked_at IS NULL
        AND b.valid_from <= %(today)s AND b.valid_until >= %(today)s
    JOIN workflow_user w ON w.id = b.substitute_id AND w.is_active
), wanted AS MATERIALIZED (
    SELECT DISTINCT step_id, audience, role, division, holder_id FROM owed WHERE role IS NOT NULL
), place AS MATERIALIZED (  -- few, however many steps: who sits over each is asked once
    SELECT division, role, left(division, digits) AS above
    FROM (SELECT DISTINCT division, role FROM wanted) w
    CROSS JOIN unnest(ARRAY[2, 4, 6, 9, 12, 14]) AS code(digits)
    WHERE length(division) >= digits
), seat AS MATERIALIZED (
    SELECT p.division, p.role, a.user_id, a.lender_id
    FROM place p JOIN authority a ON a.division = p.above AND a.role = p.role
), covers AS MATERIALIZED (
    SELECT w.step_id, w.audience, s.user_id, s.lender_id, s.user_id = w.holder_id AS claims
    FROM wanted w JOIN seat s ON s.division = w.division AND s.role = w.role
), claimed AS (
    SELECT step_id, user_id, array_agg(lender_id) AS lenders FROM covers WHERE audience = 'holder' AND claims
    GROUP BY 1, 2
), cadre AS (
    SELECT b.id AS step_id, p.user_id FROM batch b
    JOIN workflow_participant p ON p.case_id = b.case_id AND p.role = 'contact_cadre'
        AND p.case_id = ANY(ARRAY(SELECT case_id FROM batch))
        AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
), told AS MATERIALIZED (
    SELECT c.step_id, c.user_id, c.audience FROM covers c LEFT JOIN claimed k ON k.step_id = c.step_id
    WHERE c.audience <> 'holder'
        OR k.step_id IS NULL OR c.user_id = k.user_id OR c.lender_id = k.user_id OR c.user_id = ANY(k.lenders)
    UNION ALL
    SELECT k.step_id, a.user_id, 'contact_cadre' FROM cadre k
    JOIN authority a ON a.user_id = k.user_id AND a.lender_id IS NULL AND a.role <> ALL(%(no_sight)s)
    UNION ALL
    SELECT k.step_id, a.user_id, 'contact_cadre' FROM cadre k
    JOIN authority a ON a.lender_id = k.user_id AND a.role = 'contact_cadre'
), held AS (
    SELECT DISTINCT b.id FROM batch b JOIN workflow_hold h ON h.case_id = b.case_id AND h.resumed_at IS NULL
        AND h.case_id = ANY(ARRAY(SELECT case_id FROM batch))
        AND (h.round_id IS NULL OR h.round_id = b.round_id)
    UNION  -- a signer before it or an opinion is waited for: whoever was asked has reminders of their own
    SELECT r.parent_id FROM workflow_round r
    WHERE r.parent_id = ANY(ARRAY(SELECT id FROM batch)) AND r.closed_at IS NULL AND r.kind = ANY(%(waiting)s)
), written AS (
    INSERT INTO workflow_notice (case_id, step_id, recipient_id, word, rung, cycle, audience, urgent, created_at,
                                 not_before, superseded_at, superseded_why)
    SELECT DISTINCT ON (o.step_id, o.rung, t.user_id)
           o.case_id, o.step_id, t.user_id, 'reminder', o.rung, o.due_version, o.audience, o.urgent, %(now)s,
           %(not_before)s,
           CASE WHEN o.highest THEN NULL ELSE %(now)s END, CASE WHEN o.highest THEN '' ELSE 'higher_rung' END
    FROM owed o
    JOIN told t ON t.step_id = o.step_id AND t.audience = o.audience
    LEFT JOIN held h ON h.id = o.step_id
    -- a holder who also sits above the step is no superior of their own
    WHERE h.id IS NULL OR o.audience <> ALL(%(doers)s) AND t.user_id IS DISTINCT FROM o.holder_id
    ORDER BY o.step_id, o.rung, t.user_id, o.rank
    ON CONFLICT (step_id, rung, recipient_id, cycle) WHERE word = 'reminder' DO NOTHING
    RETURNING superseded_at
)
SELECT count(*) FILTER (WHERE superseded_at IS NULL) FROM written
"""

# A word that the relay withdrew for a hold, a question to another or another's claim is owed again once that has passed
# (an hour later at the earliest, so that the two do not chase each other); the relay asks everything else afresh.
REVIVE = """
UPDATE workflow_notice SET superseded_at = NULL, superseded_why = '', not_before = %(not_before)s WHERE id IN (
    SELECT n.id FROM workflow_notice n JOIN workflow_step s ON s.id = n.step_id
    WHERE n.step_id = ANY(%(ids)s::bigint[]) AND n.word = 'reminder' AND n.cycle = s.due_version AND s.state = 'open'
      AND n.superseded_at < %(now)s - interval '1 hour'
      AND (n.superseded_why = 'no_longer_theirs' AND (s.holder_id IS NULL OR s.holder_id = n.recipient_id)
           OR n.superseded_why = 'on_hold' AND NOT EXISTS (
               SELECT 1 FROM workflow_hold h WHERE h.case_id = s.case_id AND h.resumed_at IS NULL
                   AND (h.round_id IS NULL OR h.round_id = s.round_id))
           OR n.superseded_why = 'waits_for_another' AND NOT EXISTS (
               SELECT 1 FROM workflow_round r WHERE r.parent_id = s.id AND r.closed_at IS NULL
                   AND r.kind = ANY(%(waiting)s)))
    ORDER BY n.id FOR NO KEY UPDATE OF n SKIP LOCKED)
"""
