"""Child rounds (added signers, opinions), steps fixed to a person, decisions taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OPINION_HISTORY = """
CREATE TRIGGER opinion_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON workflow_opinion
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""
PERSON = settings.AUTH_USER_MODEL


def to(model, related_name, on_delete=django.db.models.deletion.PROTECT, null=False):
    return models.ForeignKey(null=null, on_delete=on_delete, related_name=related_name, to=model)


class Migration(migrations.Migration):
    """The patterns that act on steps and groups."""

    dependencies = [("workflow", "0002_guards")]
    operations = [
        migrations.AddField("round", "kind", models.CharField(default="group", max_length=10)),
        migrations.AddField("round", "parent", to("workflow.step", "children", django.db.models.deletion.CASCADE, True)),
        migrations.AddField("round", "carried", models.JSONField(default=list)),
        migrations.AddField("round", "closed_by", to("workflow.step", "+", django.db.models.deletion.SET_NULL, True)),
        migrations.AddField("round", "voided_by", to("workflow.step", "+", django.db.models.deletion.SET_NULL, True)),
        migrations.AddField("step", "assigned", models.BooleanField(default=False)),
        migrations.AddField("step", "added_by", to(PERSON, "+", null=True)),
        migrations.AddField("step", "taken_back_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("round", "round_one_live"),
        migrations.AddConstraint(
            "round",
            models.UniqueConstraint(
                fields=["case", "stage", "track", "group"],
                condition=models.Q(closed_at=None, parent=None),
                name="round_one_live",
            ),
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="opinion", to="workflow.step")),
                ("case", to("workflow.case", "opinions")),
                ("actor", to(PERSON, "opinions")),
                ("on_behalf_of", to(PERSON, "opinions_lent", null=True)),
                ("leaning", models.CharField(max_length=12)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.RunSQL(OPINION_HISTORY, "DROP TRIGGER opinion_append_only ON workflow_opinion"),
    ]
