"""The ladder of reminders as data; the day of a step's next reminder as the sweep's one indexed question."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# whatever path changes who must act or by when, the next sweep looks at the step again
LOOK_AGAIN = """
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
UNDO = "DROP TRIGGER step_look_again ON workflow_step; DROP FUNCTION workflow_look_again();"


class Migration(migrations.Migration):
    """Expands only: old code goes on working beside it."""

    dependencies = [("workflow", "0008_routes_as_policy")]
    operations = [
        migrations.CreateModel(
            name="Ladder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("mode", models.CharField(blank=True, max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("current", models.BooleanField(default=True)),
                ("rungs", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workflow.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["kind", "mode", "unit", "version"], name="ladder_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=["kind", "mode", "unit"],
                        name="ladder_one_current",
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="step",
            name="remind_on",
            field=models.DateField(db_default=datetime.date(1, 1, 1), default=datetime.date(1, 1, 1)),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["remind_on"], name="step_remind_on"
            ),
        ),
        migrations.RunSQL(LOOK_AGAIN, UNDO),
    ]
