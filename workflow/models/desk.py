"""What people keep at their desk: views of the queue and phrases for comments, their own or shared with their role."""

from django.db import models
from django.db.models import Q

from workflow.models.people import User


class Shared(models.Model):
    """Kept by one person; `role` and `division` set: also for everyone who holds that role in that division."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    role = models.CharField(max_length=32, blank=True)
    division = models.CharField(max_length=40, blank=True, db_collation="C")
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class SavedView(Shared):
    """A named set of filters of the queue: the address's query, as filters.Asked writes it."""

    name = models.CharField(max_length=24)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["role", "division"], condition=~Q(role=""), name="saved_view_shared")]


class Phrase(Shared):
    """A phrase for comments (常用语): typing Chinese on a phone is slow."""

    text = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "text"], name="phrase_once")]
        indexes = [models.Index(fields=["role", "division"], condition=~Q(role=""), name="phrase_shared")]
