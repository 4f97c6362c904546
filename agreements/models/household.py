"""Households and persons of the eligible register; numbers of persons are encrypted at rest."""

import uuid

from django.db import models

from agreements.models.programme import Programme
from workflow.models import Unit, User


class Household(models.Model):
    """A household of the reservoir area: registered, so it has an agreement or stands on the not-started list."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="households")
    household_no = models.CharField(max_length=40, db_collation="C")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # context of encrypted values
    head_name = models.CharField(max_length=50)
    group = models.ForeignKey(Unit, models.PROTECT, related_name="households")  # origin village group
    address = models.CharField(max_length=200, blank=True)
    phone_cipher = models.TextField(blank=True)
    elevation_m = models.DecimalField(max_digits=7, decimal_places=2)
    mode = models.CharField(max_length=40)
    destination = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="arriving_households")
    area_changes = models.BooleanField(default=True)  # the registration area changes: accounts have to move
    has_homestead = models.BooleanField(default=True)
    homestead_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    production_land_mu = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    contact_cadre = models.ForeignKey(User, models.PROTECT, null=True, related_name="contact_households")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "household_no"], name="household_once")]

    def __str__(self) -> str:
        return self.household_no


class CompensationItem(models.Model):
    """One line of money owed to the household, in yuan, as surveyed; copied into the agreement's draft."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="compensation")
    item = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "item"], name="compensation_once")]


class Person(models.Model):
    """A member of a household. The resident ID number is only ever stored encrypted, found by a keyed index."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="persons")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=50)
    id_cipher = models.TextField(blank=True)
    # one person in two households of a programme is a hard stop; null where the number is missing
    id_index = models.CharField(max_length=64, null=True, unique=True)
    # keyed digest of the last four signs, for the desk's search inside a reader's scope; tells nothing without the key
    last4_index = models.CharField(max_length=64, blank=True, db_index=True, db_collation="C")
    id_missing_reason = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    relation = models.CharField(max_length=20)
    ethnicity = models.CharField(max_length=20, blank=True)
    hukou_place = models.CharField(max_length=120, blank=True)
    is_relocation_pop = models.BooleanField(default=True)
    is_production_pop = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.uid)
