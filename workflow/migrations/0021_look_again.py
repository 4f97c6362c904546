"""What was not said while a step was held or waited for another is said at the next sweep after that has passed."""

from django.db import migrations

# The step is locked before its watch, as the sweep does it: the two never wait for each other in a circle.
TRIGGERS = """
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
BACK = """
DROP TRIGGER round_watch_waited ON workflow_round;
DROP TRIGGER hold_watch_resumed ON workflow_hold;
DROP FUNCTION workflow_watch_waited();
DROP FUNCTION workflow_watch_resumed();
"""


class Migration(migrations.Migration):
    """Expands only: triggers that old code does not notice."""

    dependencies = [("workflow", "0020_read_reports")]
    operations = [migrations.RunSQL(TRIGGERS, BACK)]
