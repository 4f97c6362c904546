"""Staged milestones with schedules of their own, documents of the back-plan, and revisions that nobody can change."""
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# until now the one impoundment of a programme was its schedule
ADOPT = """
UPDATE agreements_milestone m SET schedule_id = p.schedule_id FROM agreements_programme p
WHERE p.id = m.programme_id AND m.type = 'impoundment';
"""
APPEND_ONLY = """
CREATE TRIGGER revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON agreements_revision
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_refuse_change();
"""


class Migration(migrations.Migration):
    """Expand only: nothing that ran before stops running."""


    dependencies = [
        ('agreements', '0003_endings'),
        ('workflow', '0004_dates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=16)),
                ('key', models.CharField(max_length=60)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('reason', models.CharField(max_length=300)),
                ('document_no', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('steps_moved', models.PositiveIntegerField(default=0)),
                ('became_late', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='milestone',
            name='milestone_once',
        ),
        migrations.AddField(
            model_name='backplanpoint',
            name='document_no',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='milestone',
            name='number',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='milestone',
            name='schedule',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to='workflow.schedule'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(fields=('programme', 'type', 'number'), name='milestone_once'),
        ),
        migrations.AddField(
            model_name='revision',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='revision',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='agreements.programme'),
        ),
        migrations.RunSQL(ADOPT, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER revision_append_only ON agreements_revision"),
    ]
