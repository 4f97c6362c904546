"""Everybody of the sample signed in at once: thirty passwords typed and checked would take a worker half a minute.

The form itself is used where signing in is what is looked at: after an ended session, at the first run.
"""

from typing import Any

from django.test import Client

from tests.product import Site
from workflow.commands import accounts
from workflow.models import User

Kept = dict[tuple[str, str], list[Any]]


def of_everybody(site: Site) -> Kept:
    """(address, user name) -> cookies of a session of theirs in a running product."""
    told = site.manage("shell", "-c", "from tests.journeys import sessions; sessions.begin()")
    lines = (line.split() for line in told.splitlines() if line.startswith("session "))
    return {(site.address, name): [cookie(site.address, key)] for _word, name, key in lines}


def cookie(address: str, key: str) -> dict[str, str]:
    """As the browser keeps it."""
    return {"name": "sessionid", "value": key, "url": address}


def begin() -> None:
    """Print a session for each of them. Runs inside the product."""
    for user in User.objects.filter(is_sample=True):
        client = Client()
        client.force_login(user)
        session = client.session
        session["sign_in"] = accounts.signed_in(user, session.session_key, "127.0.0.1", "a journey").pk
        session.save()
        print("session", user.username, session.session_key)
