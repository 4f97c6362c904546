"""The queue's own index: unit, role and order in one, and the few steps that were late."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """step_open_mine answers whatever step_open_role did."""

    dependencies = [("workflow", "0014_case_migrations")]
    operations = [
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["unit", "role", "due", "backward", "id"],
                name="step_open_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state", "open"), ("was_late", True)), fields=["unit", "role"], name="step_open_late"
            ),
        ),
        migrations.RemoveIndex(model_name="step", name="step_open_role"),
    ]
