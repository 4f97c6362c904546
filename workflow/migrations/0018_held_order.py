"""Open steps that somebody holds, in the queue's order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Small: a step leaves it when it is decided."""

    dependencies = [("workflow", "0017_watch")]
    operations = [
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("holder__isnull", False), ("state", "open")),
                fields=["holder", "due", "backward", "id"],
                name="step_open_held",
            ),
        ),
    ]
