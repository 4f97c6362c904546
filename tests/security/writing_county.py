"""The same for what is not about one family: people, posts, routes, dates, lists, one's own account."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from notifications.models import Bundle, Delivery
from tests import builders
from tests.security.writing import FAMILY, Form, Made, Scene, answered, later, order, report
from workflow import clock, routefiles
from workflow.commands import accounts, heartbeats, migrations, routes
from workflow.models import Finding, Posting, Route
from workflow.rules import routeedit, rungs

GOOD = "Long-enough-77"  # a password the house accepts


def _points(s: Scene) -> Form:
    data = {"what": "back_plan", "point-clearing": "61", "reason": "库底清理提前", "document_no": "云移〔2026〕2号"}
    return Form(data, also=("milestone", "planned_on", "actual_on", "water_level_m", "plan", "days", "unit"))


def _post_of(s: Scene, name: str) -> int:
    return int(Posting.objects.filter(user=s.person(name)).order_by("pk")[0].pk)


def _password(s: Scene) -> Form:
    clerk = s.person("clerk_2")
    clerk.set_password(GOOD)
    clerk.must_change_password = True
    clerk.save()
    s.place.clients.pop("clerk_2", None)
    return Form({"old_password": GOOD, "new_password1": GOOD + "8", "new_password2": GOOD + "8"})


def _sign_in(s: Scene) -> Form:
    _password(s)
    return Form({"username": "clerk_2", "password": GOOD})


def _ended(s: Scene) -> Form:
    made = accounts.signed_in(s.person("clerk"), "y" * 32, "127.0.0.1", "x")
    return Form({}, {"sign_in_id": made.pk})


def _found(s: Scene) -> Form:
    row = Finding.objects.create(
        code="facts_differ", case_id=s.draft.pk, step_id=None, detail={}, first_at=clock.now(), last_at=clock.now()
    )
    return Form({"finding": row.pk, "how": "facts", "key": "k1"}, also=("to",))


def _uncertain(s: Scene) -> Form:
    bundle = Bundle.objects.create(
        recipient=s.person("clerk"), day=clock.today(), kind=Bundle.DIGEST, created_at=clock.now()
    )
    row = Delivery.objects.create(
        bundle=bundle, channel="email", state=Delivery.UNCERTAIN, created_at=clock.now(), next_try_at=clock.now()
    )
    return Form({"answer": "drop"}, {"delivery_id": row.pk})


def _silent(s: Scene) -> Form:
    heartbeats.beat(heartbeats.SENDING_HELD, clock.now())
    return Form()


def _wanted(s: Scene) -> Form:
    hours = {"quiet_from": "21:00", "quiet_until": "07:00", "digest_at": "08:00", "rest_days": "on"}
    return Form(hours | {"night_urgent": "on", "language": "en", "email:reminder": "on"})


def _tested(s: Scene) -> Form:
    clerk = s.person("clerk")
    clerk.email = "clerk@example.invalid"
    clerk.save()
    return Form({}, {"channel": "email"})


# --- routes -------------------------------------------------------------------------------------------------------
def _published() -> Route:
    return Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)


def _draft(s: Scene) -> Route:
    return routes.draft(_published().pk, actor=s.person("route_keeper"))


def _part(s: Scene) -> Form:
    route = _draft(s)
    at = "group:town_review"
    data = {"at": at, "seen": routeedit.fingerprint(route.document, at), "name_zh": "镇里审", "name_en": "Town"}
    return Form(data | {"rule": "all", "threshold": "", "on_refuse": ""}, {"route_id": route.pk}, ("mine",))


def _arranged(s: Scene) -> Form:
    return Form({"do": "add_plan", "at": "group:town_review"}, {"route_id": _draft(s).pk}, ("seen", "around", "state"))


def _published_next(s: Scene) -> Form:
    route = _draft(s)
    return Form({"seen": route.digest, "document_no": "云移〔2026〕5号"}, {"route_id": route.pk})


def _brought_in(s: Scene) -> Form:
    upload = SimpleUploadedFile("route.yaml", routefiles.to_yaml(_published()).encode())
    return Form({"file": upload}, {"route_id": _published().pk})


def _two_versions(s: Scene) -> tuple[int, int]:
    old = _published().pk
    changes = {"plan:chair_approval": {"lead": 9}}
    return old, builders.reroute(s.place.world, changes).pk


def _migrated(s: Scene) -> Form:
    old, _new = _two_versions(s)
    return Form({"case": [s.draft.pk]}, {"route_id": old})


def _reverted(s: Scene) -> Form:
    _old, new = _two_versions(s)
    migrations.migrate(s.draft.pk, actor=s.person("route_keeper"), to=new)
    return Form({}, {"route_id": new, "case_id": s.draft.pk})


def _ladder(s: Scene) -> Form:
    sent: dict[str, Any] = {"scope": "mode"}
    for severity, ladder in rungs.DEFAULT.items():
        for n, rung in enumerate(ladder):
            sent[f"{severity}:{n}:offset"] = str(rung.offset)
            sent |= {f"{severity}:{n}:{who}": "1" for who in rung.audiences}
    return Form(sent | {"ordinary:9:offset": "12", "ordinary:9:county": "1"}, {"route_id": _published().pk})


def _lent(s: Scene) -> Form:
    data = {"posting": _post_of(s, "clerk"), "substitute": s.person("clerk_2").pk, "until": later()}
    return Form(data | {"valid_from": later(0), "reason": "出差"})


COUNTY: dict[str, tuple[str, Made]] = {
    "audit_export": ("auditor", lambda s: Form({"person": "", "case": "", "kind": "", "day": "", "until": ""})),
    "audit_verify": ("auditor", lambda s: Form()),
    "calendar_apply": (
        "county_officer",
        lambda s: Form({"change": ["2027-03-01|off|县庆|云政〔2027〕1号"], "source": "云政〔2027〕1号"}),
    ),
    "calendar_reload": ("county_officer", lambda s: Form()),
    "hand_over_do": (
        "security_admin",
        lambda s: Form({"leaver": s.person("clerk").pk, "to": s.person("clerk_2").pk, "posts": "1", "key": "k1"}),
    ),
    "households_export": ("clerk", lambda s: Form({"query": "", "kind": "csv"})),
    "login": ("anonymous", _sign_in),
    "message_settle": ("system_admin", _uncertain),
    "messages_release": ("system_admin", _silent),
    "notification_settings": ("clerk", _wanted),
    "notification_test": ("clerk", _tested),
    "operations_check": ("system_admin", lambda s: Form()),
    "operations_mend": ("county_officer", _found),
    "password": ("clerk_2", _password),
    "person_add": (
        "security_admin",
        lambda s: Form({"username": "fresh", "full_name": "新人", "password": GOOD, "email": "a@example.invalid"}),
    ),
    "person_change: password": ("security_admin", lambda s: Form({"password": GOOD}, {"what": "password"})),
    "person_change: second-factor": ("security_admin", lambda s: Form({}, {"what": "second-factor"})),
    "person_change: disable": (
        "security_admin",
        lambda s: Form({}, {"what": "disable", "user_id": s.person("clerk_2").pk}),
    ),
    "phrase_drop": ("clerk", lambda s: Form()),
    "phrase_save": ("clerk", lambda s: Form({"text": "请补照片", "posting": _post_of(s, "clerk")})),
    "post_add": (
        "security_admin",
        lambda s: Form(
            {"unit": builders.HOME_TOWN, "user": s.person("nobody").pk, "role": "clerk", "valid_from": later(0)}
            | {"valid_until": later(30)}
        ),
    ),
    "post_end": ("security_admin", lambda s: Form({"last_day": later()}, {"posting_id": _post_of(s, "clerk_2")})),
    "programme_dates_apply": ("county_officer", _points),
    "queue_export": ("clerk", lambda s: Form({"query": "tab=section"})),
    "route_arrange": ("route_keeper", _arranged),
    "route_discard": ("route_keeper", lambda s: Form({}, {"route_id": _draft(s).pk})),
    "route_draft": ("route_keeper", lambda s: Form({}, {"route_id": _published().pk})),
    "route_import": ("route_keeper", _brought_in),
    "route_migrate": ("route_keeper", _migrated),
    "route_publish": ("route_keeper", _published_next),
    "route_reminders": ("route_keeper", _ladder),
    "route_revert": ("route_keeper", _reverted),
    "route_save": ("route_keeper", _part),
    "second_factor_set": ("clerk", lambda s: Form({}, also=("code",))),
    "session_end": ("clerk", _ended),
    "substitution_lend": ("clerk", _lent),
    "substitution_revoke": ("clerk", lambda s: Form()),
    "unit_add": ("security_admin", lambda s: Form({"code": "990101104", "name": "丙镇"})),
    "unit_rename": ("security_admin", lambda s: Form({"unit": builders.HOME_TOWN, "name": "河口新镇"})),
    "view_drop": ("clerk", lambda s: Form()),
    "view_save": ("clerk", lambda s: Form({"name": "到期", "query": "tab=mine", "posting": _post_of(s, "clerk")})),
}
EVERY = FAMILY | COUNTY
# addresses that take a POST and write no row of ours: previews, and what the browser or the session remembers
WRITE_NOTHING = frozenset(
    {"bulk_preview", "calendar_preview", "programme_dates_preview", "households_columns", "set_language", "logout"}
)
# pages that need something to look at: who looks, and its parts of the address
READING: dict[str, tuple[str, Callable[[Scene], dict[str, Any]]]] = {
    "agreement_edit": ("clerk", lambda s: {"reference": s.draft.reference}),
    "agreement_record": ("clerk", lambda s: {"reference": s.draft.reference, "what": "wish"}),
    "member_record": ("police_liaison", lambda s: {}),
    "objection_answer": ("clerk", lambda s: answered(s).parts),
    "supervise": ("vice_leader", lambda s: {"step_id": s.step().pk}),
    "supervision_order": ("clerk", order),
    "weekly_file": ("county_officer", report),
    "weekly_report": ("county_officer", report),
}


def draft_of_a_route(s: Scene) -> int:
    """A version that is being edited."""
    return int(_draft(s).pk)
