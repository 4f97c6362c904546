-- The limit of `bench sweep`: one statement that owes every newly due step's people their reminder, once.
INSERT INTO workflow_notice (case_id, step_id, recipient_id, word, rung, cycle, audience, created_at, not_before)
SELECT DISTINCT ON (s.id, t.user_id) s.case_id, s.id, t.user_id, 'reminder', %(rung)s, s.due_version, t.audience, %(now)s, %(now)s
FROM workflow_step s
CROSS JOIN LATERAL (
    SELECT p.user_id, 'holder' AS audience FROM workflow_posting p
    WHERE p.role = s.role AND p.unit_id = s.unit_id
      AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
    UNION ALL
    SELECT a.user_id, 'contact_cadre' FROM workflow_participant a
    WHERE a.case_id = s.case_id AND a.role = 'contact_cadre') t
WHERE s.state = 'open' AND s.due <= %(due)s
ORDER BY s.id, t.user_id, t.audience DESC
ON CONFLICT (step_id, rung, recipient_id, cycle) WHERE word = 'reminder' DO NOTHING
