"""Who may act: units by division code, users, and postings as the only source of authority."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The posts of domain.md (d); a posting gives one of them to a person in a unit."""

    CLERK = "clerk", _("Resettlement clerk")
    CONTACT_CADRE = "contact_cadre", _("Contact cadre")
    VILLAGE_GROUP_LEADER = "village_group_leader", _("Village group leader")
    VILLAGE_REVIEWER = "village_reviewer", _("Village reviewer")
    TOWN_REVIEWER = "town_reviewer", _("Town reviewer")
    VICE_LEADER = "vice_leader", _("Vice leader in charge")
    CHAIR = "chair", _("Chair of the leading group")
    RECEIVING_VILLAGE = "receiving_village", _("Receiving village")
    RECEIVING_TOWN = "receiving_town", _("Receiving town")
    POLICE_LIAISON = "police_liaison", _("Police liaison")
    LAND_OFFICER = "land_officer", _("Land officer")
    COUNTY_OFFICER = "county_officer", _("County officer")
    FINANCE_PREPARER = "finance_preparer", _("Finance, prepares")
    FINANCE_REVIEWER = "finance_reviewer", _("Finance, checks")
    FINANCE_PAYER = "finance_payer", _("Finance, pays")
    ARCHIVE_KEEPER = "archive_keeper", _("Archive keeper")
    SUPERVISOR_MONITOR = "supervisor_monitor", _("Independent supervisor")
    AUDITOR = "auditor", _("Auditor")
    GRIEVANCE_OFFICER = "grievance_officer", _("Grievance officer")
    HOUSEHOLD_VIEWER = "household_viewer", _("Household viewer")
    ROUTE_KEEPER = "route_keeper", _("Route keeper")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


class Unit(models.Model):
    """An administrative division or an office in it; its code starts with the division code: subtree = prefix."""

    # 2, 4, 6, 9, 12 digits; + 2 for a village group; or + "." and letters for an office. Collation C: prefix ranges.
    code = models.CharField(max_length=40, unique=True, db_collation="C")
    name = models.CharField(max_length=100)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def division(self) -> str:
        """The digits: an office sees and serves the division it sits in."""
        return self.code.split(".")[0]


class UserManager(BaseUserManager["User"]):
    """Makes users; there is no superuser (promise P25)."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a hashed password (unusable when None)."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. Carries no authority: postings do."""

    username = models.CharField(max_length=64, unique=True)
    full_name = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)  # refused from any address but loopback
    created_at = models.DateTimeField(auto_now_add=True)
    second_factor = models.BooleanField(default=False)  # a confirmed device exists: asked for at every sign-in
    must_change_password = models.BooleanField(default=False)  # set by an administrator: good for one sign-in only

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name shown to colleagues."""
        return self.full_name

    def get_short_name(self) -> str:
        """The same: Chinese names have no short form here."""
        return self.full_name


class Posting(models.Model):
    """User + role + unit + from/until: the only source of authority."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings")
    role = models.CharField(max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="postings")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "unit", "valid_from"], name="posting_once"),
        ]
        # "who holds this role around here": asked for every recipient and every claimable step
        indexes = [models.Index(fields=["role", "unit"], name="posting_role_unit")]

    def __str__(self) -> str:
        return f"{self.role}@{self.unit_id}"

    def get_role_display(self) -> str:
        """The role in words, in the reader's language."""
        return str(Role(self.role).label)


class Substitution(models.Model):
    """Lends a posting to another person until a date and never widens it; history shows both names."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="substitutions")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="substituting")
    valid_from = models.DateField()
    valid_until = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")), name="substitution_forward"
            ),
        ]


class SignIn(models.Model):
    """One sign-in: who, when, from where; the session list, and what the auditor sees. Its end is recorded."""

    user = models.ForeignKey(User, models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, db_collation="C")
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        # my open sessions, newest first; and the auditor's list of one person
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_user")]
