"""What the database refuses and does by itself, from whatever path: legal moves, history, frozen routes, watches."""

# promise P16: no illegal change of state
LEGAL_MOVES = """
CREATE FUNCTION workflow_refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE what text := TG_ARGV[0]; origin text := '';
BEGIN
  IF what = 'kind' THEN what := NEW.kind; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.state = OLD.state THEN RETURN NEW; END IF;
    origin := OLD.state;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM workflow_legalmove m
                 WHERE m.kind = what AND m.source = origin AND m.target = NEW.state) THEN
    RAISE EXCEPTION 'illegal move of %: % -> %', what, origin, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER case_legal_move BEFORE INSERT OR UPDATE OF state ON workflow_case
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_illegal_move('kind');
CREATE TRIGGER step_legal_move BEFORE INSERT OR UPDATE OF state ON workflow_step
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_illegal_move('workflow.Step');
"""

# promise D7: history is only ever added to
HISTORY = """
CREATE FUNCTION workflow_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history is append-only: % on % refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
""" + "".join(
    f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON workflow_{name}\n"
    "  FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();\n"
    for name in ("event", "decision", "opinion", "look", "verification")
)

# promise P7: a published version of a route never changes
FROZEN_ROUTES = """
CREATE FUNCTION workflow_refuse_route_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('draft', 'preparing') THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW IS NOT DISTINCT FROM OLD OR (OLD.status = 'published' AND NEW.status = 'retired' AND
     to_jsonb(NEW) - 'status' - 'retired_at' = to_jsonb(OLD) - 'status' - 'retired_at')) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'route % is % and cannot change: % refused', OLD.id, OLD.status, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER route_frozen BEFORE UPDATE OR DELETE ON workflow_route
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_route_change();

CREATE FUNCTION workflow_refuse_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one jsonb; up bigint; found text;
BEGIN
  FOREACH one IN ARRAY ARRAY[to_jsonb(OLD), to_jsonb(NEW)] LOOP
    CONTINUE WHEN one IS NULL;
    CASE TG_TABLE_NAME
      WHEN 'workflow_stage' THEN up := one ->> 'route_id';
      WHEN 'workflow_track' THEN
        SELECT s.route_id INTO up FROM workflow_stage s WHERE s.id = (one ->> 'stage_id')::bigint;
      WHEN 'workflow_group' THEN
        SELECT s.route_id INTO up FROM workflow_track t JOIN workflow_stage s ON s.id = t.stage_id
        WHERE t.id = (one ->> 'track_id')::bigint;
      ELSE
        SELECT s.route_id INTO up FROM workflow_group g JOIN workflow_track t ON t.id = g.track_id
        JOIN workflow_stage s ON s.id = t.stage_id WHERE g.id = (one ->> 'group_id')::bigint;
    END CASE;
    SELECT r.status INTO found FROM workflow_route r WHERE r.id = up;
    IF found NOT IN ('draft', 'preparing') THEN
      RAISE EXCEPTION 'route % is % and cannot change: % on % refused', up, found, TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stage_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_stage
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
CREATE TRIGGER track_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_track
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
CREATE TRIGGER group_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_group
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
CREATE TRIGGER plan_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_stepplan
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
"""

# The day of a step's next reminder (workflow_watch) is kept by the database.
WATCHES = """
-- as their owner: whoever opens a step need not be granted the table
CREATE FUNCTION workflow_watch_opened() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO workflow_watch (step_id, remind_on) SELECT id, '0001-01-01' FROM fresh WHERE state = 'open';
  RETURN NULL;
END $$;
CREATE FUNCTION workflow_watch_changed() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = 'open' THEN
    INSERT INTO workflow_watch (step_id, remind_on) VALUES (NEW.id, '0001-01-01')
    ON CONFLICT (step_id) DO UPDATE SET remind_on = EXCLUDED.remind_on;
  ELSE
    DELETE FROM workflow_watch WHERE step_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER step_watch_opened AFTER INSERT ON workflow_step REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_watch_opened();
-- whatever path changes who must act or by when, the next sweep looks at the step again; a closed one is forgotten
CREATE TRIGGER step_watch_changed AFTER UPDATE ON workflow_step FOR EACH ROW
  WHEN (OLD.due IS DISTINCT FROM NEW.due OR OLD.due_version IS DISTINCT FROM NEW.due_version
        OR OLD.holder_id IS DISTINCT FROM NEW.holder_id OR OLD.binding IS DISTINCT FROM NEW.binding
        OR OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION workflow_watch_changed();
"""

# What was not said while a step was held or waited for another is said at the next sweep after that has passed.
# The step is locked before its watch, as the sweep does it: the two never wait for each other in a circle.
WATCHES_AGAIN = """
CREATE FUNCTION workflow_watch_waited() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM workflow_step WHERE id = NEW.parent_id AND state = 'open' FOR NO KEY UPDATE;
  UPDATE workflow_watch SET remind_on = '0001-01-01' WHERE step_id = NEW.parent_id;
  RETURN NULL;
END $$;
CREATE FUNCTION workflow_watch_resumed() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM workflow_step WHERE case_id = NEW.case_id AND state = 'open'
    AND (NEW.round_id IS NULL OR round_id = NEW.round_id) ORDER BY id FOR NO KEY UPDATE;
  UPDATE workflow_watch SET remind_on = '0001-01-01' WHERE step_id IN (
    SELECT id FROM workflow_step WHERE case_id = NEW.case_id AND state = 'open'
      AND (NEW.round_id IS NULL OR round_id = NEW.round_id));
  RETURN NULL;
END $$;
-- signers before a step and opinions for it (Round.WAITED_FOR); signers after it come when it is decided
CREATE TRIGGER round_watch_waited AFTER UPDATE ON workflow_round FOR EACH ROW
  WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND NEW.kind IN ('before', 'opinion'))
  EXECUTE FUNCTION workflow_watch_waited();
CREATE TRIGGER hold_watch_resumed AFTER UPDATE ON workflow_hold FOR EACH ROW
  WHEN (OLD.resumed_at IS NULL AND NEW.resumed_at IS NOT NULL)
  EXECUTE FUNCTION workflow_watch_resumed();
"""

GUARDS = [LEGAL_MOVES, HISTORY, FROZEN_ROUTES, WATCHES, WATCHES_AGAIN]

# their triggers go with them
UNDO = """
DROP FUNCTION workflow_refuse_illegal_move(), workflow_refuse_change(), workflow_refuse_route_change(),
  workflow_refuse_plan_change(), workflow_watch_opened(), workflow_watch_changed(), workflow_watch_waited(),
  workflow_watch_resumed() CASCADE;
"""
