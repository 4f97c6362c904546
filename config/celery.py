"""The Celery app: JSON only, no results, no ETA; tasks carry ids only and may run twice or never (promise D4)."""

import os

from celery import Celery
from celery.schedules import crontab

from config.timetable import DAILY, seconds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("resettlement")
app.config_from_object("config.celeryconfig")
app.conf.beat_schedule = {
    # a tick that could not be delivered in time is dropped: the next one does its work as well
    **{
        name: {"task": task, "schedule": every, "options": {"expires": every}}
        for name, (task, every) in seconds().items()
    },
    **{name: {"task": task, "schedule": crontab(**at)} for name, (task, at) in DAILY.items()},
}
app.autodiscover_tasks(["workflow", "notifications"])
