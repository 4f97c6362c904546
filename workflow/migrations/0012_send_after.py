"""Outside sending of a word waits for its reader's hours; the inbox does not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands only."""

    dependencies = [("workflow", "0011_looks")]
    operations = [migrations.AddField("notice", "send_after", models.DateTimeField(null=True))]
