"""A keyed index over the last four signs of ID numbers, filled for the persons already there."""

from django.db import migrations, models

from agreements import privacy

BATCH = 2000


def fill(apps, schema_editor):
    """Read each number once, inside this process; only its digest is written."""
    # on the migrating connection: another one would wait for ever for the lock of this very transaction
    persons = apps.get_model("agreements", "Person").objects.using(schema_editor.connection.alias)
    rows = persons.exclude(id_cipher="").filter(last4_index="").only("pk", "uid", "id_cipher")
    batch = []
    for row in rows.iterator(BATCH):
        try:
            row.last4_index = privacy.last_four_index(privacy.decrypt(row.id_cipher, str(row.uid)))
        except privacy.Moved:
            continue  # unreadable on this machine: such a number cannot be searched either
        batch.append(row)
        if len(batch) == BATCH:
            persons.bulk_update(batch, ["last4_index"])
            batch = []
    persons.bulk_update(batch, ["last4_index"])


class Migration(migrations.Migration):
    """Expand: a column with an empty default; nothing reads it before it is filled."""

    dependencies = [("agreements", "0005_schedule_units")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="last4_index",
            field=models.CharField(blank=True, default="", max_length=64, db_index=True, db_collation="C"),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
