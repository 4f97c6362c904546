"""The day of a step's next reminder gets a narrow table of its own; steps lose the index that every reminder rewrote.

The column workflow_step.remind_on stays until the next release: processes of the old code still write it.
"""

import datetime

import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
-- as their owner: processes of the old code run on as the application's role, which is granted the new table later
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
INSERT INTO workflow_watch (step_id, remind_on) SELECT id, remind_on FROM workflow_step WHERE state = 'open'
ON CONFLICT DO NOTHING;
DROP TRIGGER step_look_again ON workflow_step;
DROP FUNCTION workflow_look_again();
"""
BACK = """
DROP TRIGGER step_watch_opened ON workflow_step;
DROP TRIGGER step_watch_changed ON workflow_step;
DROP FUNCTION workflow_watch_opened();
DROP FUNCTION workflow_watch_changed();
CREATE FUNCTION workflow_look_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.remind_on := '0001-01-01';
  RETURN NEW;
END $$;
CREATE TRIGGER step_look_again BEFORE UPDATE ON workflow_step FOR EACH ROW
  WHEN (OLD.due IS DISTINCT FROM NEW.due OR OLD.due_version IS DISTINCT FROM NEW.due_version
        OR OLD.holder_id IS DISTINCT FROM NEW.holder_id OR OLD.binding IS DISTINCT FROM NEW.binding)
  EXECUTE FUNCTION workflow_look_again();
"""


class Migration(migrations.Migration):
    """Expands only: old code goes on working beside it."""

    dependencies = [("workflow", "0016_supervision_and_weekly")]
    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "step",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="workflow.step",
                    ),
                ),
                ("remind_on", models.DateField(db_default=datetime.date(1, 1, 1), default=datetime.date(1, 1, 1))),
            ],
            options={"indexes": [models.Index(fields=["remind_on", "step"], name="watch_remind_on")]},
        ),
        migrations.RemoveIndex(model_name="step", name="step_remind_on"),
        migrations.RunSQL(TRIGGERS, BACK),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("step", "remind_on")]),
    ]
