-- The limit of `bench queue`: the first page of one person's open work and its count, capped at 1,000. Two pages, of which
-- the quicker one counts: in one condition it is quicker at 10,000 cases; at 1,000,000 the planner then walks everybody's
-- steps in order of due, and each post's own range of an index is quicker.
-- page
SELECT s.id, s.plan, s.due, s.backward, s.opened_at, s.holder_id, c.reference, c.title, c.route_id, c.facts, u.name, u.code
FROM workflow_step s JOIN workflow_case c ON c.id = s.case_id JOIN workflow_unit u ON u.id = c.home_unit_id
WHERE s.state = 'open' AND s.holder_id IS NULL AND s.unit_id = %(unit)s AND s.role = ANY (%(roles)s)
ORDER BY s.due, s.backward, s.id LIMIT 26;
-- page by posts
SELECT s.id, s.plan, s.due, s.backward, s.opened_at, s.holder_id, c.reference, c.title, c.route_id, c.facts, u.name, u.code
FROM (
    SELECT t.* FROM unnest(%(roles)s::text[]) AS post(role) CROSS JOIN LATERAL (
        SELECT id, plan, due, backward, opened_at, holder_id, case_id FROM workflow_step
        WHERE state = 'open' AND holder_id IS NULL AND unit_id = %(unit)s AND role = post.role
        ORDER BY due, backward, id LIMIT 26) t
    ORDER BY t.due, t.backward, t.id LIMIT 26) s
JOIN workflow_case c ON c.id = s.case_id JOIN workflow_unit u ON u.id = c.home_unit_id
ORDER BY s.due, s.backward, s.id;
-- count
SELECT count(*) FROM (
    SELECT 1 FROM workflow_step s
    WHERE s.state = 'open' AND s.holder_id IS NULL AND s.unit_id = %(unit)s AND s.role = ANY (%(roles)s) LIMIT 1000) capped;
