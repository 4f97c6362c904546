"""County calendars over the national one, leads by document, held days, was late, holders' promises."""
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Expand only."""

    dependencies = [
        ('workflow', '0003_signers'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendar',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='workflow.calendar'),
        ),
        migrations.AddField(
            model_name='calendarday',
            name='own',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='hold',
            name='party',
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name='step',
            name='held_days',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='step',
            name='was_late',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='LeadTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.CharField(max_length=40)),
                ('lead', models.PositiveSmallIntegerField()),
                ('lead_unit', models.CharField(default='working', max_length=10)),
                ('document_no', models.CharField(max_length=80)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leads', to='workflow.schedule')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('schedule', 'plan'), name='lead_time_once')],
            },
        ),
        migrations.CreateModel(
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('promised_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('made_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='promises', to='workflow.step')),
            ],
            options={
                'indexes': [models.Index(fields=['step', '-id'], name='promise_of_step')],
            },
        ),
    ]
