"""Which paper was opened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for looks at pages; a default of the database, so that no row of the past is touched."""

    dependencies = [("workflow", "0018_held_order")]
    operations = [
        migrations.AddField(
            model_name="look", name="detail", field=models.CharField(blank=True, db_default="", max_length=40)
        ),
    ]
