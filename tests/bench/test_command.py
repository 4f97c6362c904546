"""`manage.py bench` on 200 cases: its answer's structure, and that nothing is left behind."""

import json
from io import StringIO

from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from workflow.models import User


def test_the_command_answers_one_object_a_job_and_leaves_nothing_behind(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    out = StringIO()
    with django_db_blocker.unblock():
        before = User.objects.count()
        options = {"cases": 200, "rounds": 1, "block": 2, "workers": [1, 2], "json": True}
        call_command("bench", "approve", "queue", "sweep", stdout=out, **options)
        assert User.objects.count() == before
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench%%'")
            assert cursor.fetchall() == []
        connections.close_all()
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["job"], one["workers"]) for one in told] == [
        ("approve", 1),
        ("approve", 2),
        ("queue", 1),
        ("sweep", 1),
    ]
    for one in told:
        assert one["cases"] == 200
        assert one["product"] > 0 and one["limit"] > 0
        assert one["ratio"] == round(one["product"] / one["limit"], 2)
