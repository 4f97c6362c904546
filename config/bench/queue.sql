-- The limit of `bench queue`: the first page of one person's open work and its count, capped at 1,000.
-- page
SELECT s.id, s.plan, s.due, s.backward, s.opened_at, s.holder_id, c.reference, c.title, c.route_id, c.facts, u.name, u.code
FROM workflow_step s JOIN workflow_case c ON c.id = s.case_id JOIN workflow_unit u ON u.id = c.home_unit_id
WHERE s.state = 'open' AND s.holder_id IS NULL AND s.unit_id = %(unit)s AND s.role = ANY (%(roles)s)
ORDER BY s.due, s.backward, s.id LIMIT 26;
-- count
SELECT count(*) FROM (
    SELECT 1 FROM workflow_step s
    WHERE s.state = 'open' AND s.holder_id IS NULL AND s.unit_id = %(unit)s AND s.role = ANY (%(roles)s) LIMIT 1000) capped;
