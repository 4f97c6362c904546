"""The day of a step's next reminder has stood in workflow_watch since 0017; the old column of the step goes.

Contracts: the code of the release before neither reads nor writes it.
"""

from django.db import migrations

# Dropping takes a moment, but needs the whole table for it: waiting behind one long reader it would make every click
# behind it wait too. So it waits half a second at a time and lets everybody else through in between.
DROP = """
DO $$
BEGIN
  SET LOCAL lock_timeout = '500ms';
  FOR attempt IN 1..120 LOOP
    BEGIN
      ALTER TABLE workflow_step DROP COLUMN IF EXISTS remind_on;
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      IF attempt = 120 THEN RAISE; END IF;
      PERFORM pg_sleep(0.5);
    END;
  END LOOP;
END $$;
"""
BACK = "ALTER TABLE workflow_step ADD COLUMN remind_on date NOT NULL DEFAULT '0001-01-01';"


class Migration(migrations.Migration):
    """Alone in its migration, so that the table is let go at once."""

    dependencies = [("workflow", "0001_squashed_0022")]
    operations = [migrations.RunSQL(DROP, BACK)]
