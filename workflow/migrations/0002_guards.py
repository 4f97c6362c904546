"""Triggers: no illegal change of state and no change of history from whatever path (promises D7, P16)."""

from django.db import migrations

LEGAL_MOVE = """
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
HISTORY = """
CREATE FUNCTION workflow_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history is append-only: % on % refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON workflow_event
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON workflow_decision
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""
UNDO = """
DROP TRIGGER event_append_only ON workflow_event;
DROP TRIGGER decision_append_only ON workflow_decision;
DROP TRIGGER case_legal_move ON workflow_case;
DROP TRIGGER step_legal_move ON workflow_step;
DROP FUNCTION workflow_refuse_change(), workflow_refuse_illegal_move();
"""


class Migration(migrations.Migration):
    """The database's own guards."""

    dependencies = [("workflow", "0001_initial")]
    operations = [migrations.RunSQL(LEGAL_MOVE + HISTORY, UNDO)]
