"""Every channel against a gateway that is a real server: what is sent, and what each misbehaviour comes to."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from notifications import delivery, wording
from notifications.channels import CHANNELS, ChannelError
from notifications.channels.apprise import library
from notifications.channels.http import UnknownOutcome
from notifications.channels.wecom import LONGEST, cut
from notifications.models import Address, Bundle, Delivery
from notifications.relay import relay
from tests import builders
from tests.builders import at
from tests.notifications import gateway as fake
from tests.notifications.gateway import Gateway
from workflow import policies
from workflow.commands import deadlines
from workflow.models import Case, Notice

OPENED, NOW = at("2026-03-02", 7), at("2026-03-02", 9)
HTTP_CHANNELS = ("wecom", "dingtalk", "feishu", "sms", "webhook")
CANARY = {
    "comment": "金丝雀意见",
    "amount": "987654.32",
    "idcard": "11010519491231002X",
    "phone": "13912345678",
    "other": "张秘密",
}


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with fake.running() as running:
        settings.WECOM_URL = settings.DINGTALK_URL = settings.FEISHU_URL = running.url + "/private/"
        settings.SMS_URL = settings.WEBHOOK_URL = running.url + "/take"
        settings.WECOM_KEY, settings.DINGTALK_TOKEN, settings.FEISHU_TOKEN = "wkey", "dtoken", "ftoken"
        settings.DINGTALK_SECRET, settings.FEISHU_SECRET, settings.WEBHOOK_SECRET = "SECd", "SECf", "SECw"
        settings.NOTIFY_TIMEOUT = 0.5
        yield running


@pytest.fixture
def reachable(world: builders.World, gateway: Gateway) -> builders.World:
    """The clerk, reached by robots and SMS, not by mail."""
    for channel in HTTP_CHANNELS:
        Address.objects.create(user=world.clerk, channel=channel, address="13800000001" if channel == "sms" else "u-1")
    world.clerk.email = ""
    world.clerk.save()
    return world


MESSAGE = wording.Message(
    "办理期限已到：张三 户", "张三 户\n正文\n\nhttp://x/cases/T-1/\n\n勿回复", "brief", "http://x/cases/T-1/"
)


def send(world: builders.World, channel: str, key: str = "delivery-7") -> None:
    CHANNELS[channel].send(world.clerk, MESSAGE, key=key)


def test_who_is_reached_depends_on_configuration_and_address(reachable: builders.World, settings: Any):
    assert [name for name in HTTP_CHANNELS if CHANNELS[name].reaches(reachable.clerk)] == list(HTTP_CHANNELS)
    assert [name for name in HTTP_CHANNELS if CHANNELS[name].reaches(reachable.clerk_2)] == ["webhook"]
    settings.WECOM_URL = settings.DINGTALK_TOKEN = settings.FEISHU_URL = settings.SMS_URL = settings.WEBHOOK_SECRET = ""
    assert not [name for name in HTTP_CHANNELS if CHANNELS[name].reaches(reachable.clerk)]


def test_wecom_mentions_the_member_under_the_robots_key(reachable: builders.World, gateway: Gateway):
    send(reachable, "wecom")
    (taken,) = gateway.journal
    assert taken.path == "/private/cgi-bin/webhook/send?key=wkey"
    assert taken.json == {"msgtype": "text", "text": {"content": MESSAGE.body, "mentioned_list": ["u-1"]}}


def test_dingtalk_is_signed_with_the_secret(reachable: builders.World, gateway: Gateway):
    send(reachable, "dingtalk")
    (taken,) = gateway.journal
    query = {name: values[0] for name, values in parse_qs(urlsplit(taken.path).query).items()}
    digest = hmac.new(b"SECd", f"{query['timestamp']}\nSECd".encode(), hashlib.sha256).digest()
    assert query["sign"] == base64.b64encode(digest).decode()
    assert query["access_token"] == "dtoken"
    assert taken.json["at"]["atUserIds"] == ["u-1"]


def test_feishu_is_signed_with_the_secret_and_titles_are_no_markup(reachable: builders.World, gateway: Gateway):
    CHANNELS["feishu"].send(
        reachable.clerk, wording.Message("s", "<at user_id='all'></at> 户\n\nlink\n\nend", "", ""), key="k"
    )
    (taken,) = gateway.journal
    stamp = taken.json["timestamp"]
    assert taken.json["sign"] == base64.b64encode(hmac.new(f"{stamp}\nSECf".encode(), b"", "sha256").digest()).decode()
    assert taken.json["content"]["text"].count("<at ") == 1
    assert '<at user_id="u-1">' in taken.json["content"]["text"]


def test_the_sms_fills_the_installations_template_and_keeps_its_link(
    reachable: builders.World, gateway: Gateway, settings: Any
):
    settings.SMS_TEMPLATE = '{"to": ["{phone}"], "body": {"text": "【移民】{text}"}, "n": 1, "ref": "{key}"}'
    settings.SMS_AUTHORIZATION = "Bearer t"
    long = wording.Message("很长" * 200 + "{phone}", "", "", "http://x/cases/T-1/")
    CHANNELS["sms"].send(reachable.clerk, long, key="delivery-7")
    (taken,) = gateway.journal
    assert taken.json["to"] == ["13800000001"]
    assert taken.json["body"]["text"].endswith("… http://x/cases/T-1/")
    assert len(taken.json["body"]["text"]) <= 205
    assert (taken.json["n"], taken.json["ref"], taken.headers["Authorization"]) == (1, "delivery-7", "Bearer t")


def test_what_a_title_contains_is_data_of_the_sms_and_never_a_placeholder(reachable: builders.World, gateway: Gateway):
    CHANNELS["sms"].send(reachable.clerk, wording.Message('{phone}", "x": "', "", "", "http://x/"), key="k")
    assert gateway.journal[0].json["content"] == '{phone}", "x": " http://x/'


def test_the_webhook_is_signed_over_time_and_body(reachable: builders.World, gateway: Gateway):
    send(reachable, "webhook")
    (taken,) = gateway.journal
    signed = hmac.new(b"SECw", taken.headers["X-Timestamp"].encode() + b"." + taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["X-Signature"] == f"sha256={signed}"
    assert taken.headers["Idempotency-Key"] == taken.json["key"] == "delivery-7"
    assert taken.json["to"] == "clerk"


def test_a_long_text_is_cut_at_a_line_and_the_link_survives():
    body = "\n".join([f"- 第{n}户 http://x/cases/T-{n}/" for n in range(200)] + ["http://x/inbox/", "", "勿回复"])
    short = cut(body, LONGEST)
    assert len(short.encode()) <= LONGEST
    assert short.endswith("http://x/inbox/\n\n勿回复")
    assert cut("短", LONGEST) == "短"


PERMANENT, PASSING, UNKNOWN = "permanent", "passing", "unknown"
ANSWERS: list[tuple[str, Any, str]] = [
    *[(name, fake.failing(503), PASSING) for name in HTTP_CHANNELS],
    *[(name, fake.failing(429), PASSING) for name in HTTP_CHANNELS],
    *[(name, fake.failing(500), UNKNOWN) for name in HTTP_CHANNELS],
    *[(name, fake.failing(504), UNKNOWN) for name in HTTP_CHANNELS],
    *[(name, fake.failing(400), PERMANENT) for name in HTTP_CHANNELS],
    *[(name, fake.failing(302), PERMANENT) for name in HTTP_CHANNELS],
    *[(name, fake.accept_and_drop, UNKNOWN) for name in HTTP_CHANNELS],
    *[(name, fake.read_and_drop, UNKNOWN) for name in HTTP_CHANNELS],
    ("wecom", fake.failing(200, {"errcode": 45009}), PASSING),
    ("wecom", fake.failing(200, {"errcode": 93000}), PERMANENT),
    ("dingtalk", fake.failing(200, {"errcode": 130101}), PASSING),
    ("dingtalk", fake.failing(200, {"errcode": 310000}), PERMANENT),
    ("feishu", fake.failing(200, {"code": 11232}), PASSING),
    ("feishu", fake.failing(200, {"code": 19021}), PERMANENT),
    ("wecom", fake.failing(200, "<html>"), UNKNOWN),
    ("feishu", fake.failing(200, [1]), UNKNOWN),
]


@pytest.mark.parametrize(("channel", "behaviour", "outcome"), ANSWERS)
def test_what_the_gateway_does_and_what_it_means(
    reachable: builders.World, gateway: Gateway, channel: str, behaviour: Any, outcome: str
):
    gateway.behaviour = behaviour
    with pytest.raises(Exception) as told:
        send(reachable, channel)
    if isinstance(told.value, ChannelError):
        assert (PERMANENT if told.value.permanent else PASSING) == outcome
    else:
        assert outcome == UNKNOWN
    assert "SEC" not in str(told.value) and "token" not in str(told.value)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_a_slow_gateway_leaves_the_outcome_unknown(reachable: builders.World, gateway: Gateway, channel: str):
    gateway.behaviour = fake.Slow()
    with pytest.raises(TimeoutError):
        send(reachable, channel)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_a_gateway_that_is_not_there_was_given_nothing(reachable: builders.World, settings: Any, channel: str):
    for name in ("WECOM_URL", "DINGTALK_URL", "FEISHU_URL", "SMS_URL", "WEBHOOK_URL"):
        setattr(settings, name, "http://127.0.0.1:1")
    with pytest.raises(ChannelError) as told:
        send(reachable, channel)
    assert not told.value.permanent


@pytest.mark.parametrize("base", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x", "127.0.0.1", "http://"])
def test_only_http_addresses_are_called(reachable: builders.World, settings: Any, base: str):
    settings.WEBHOOK_URL = base
    with pytest.raises(ChannelError) as told:
        send(reachable, "webhook")
    assert told.value.permanent


def test_a_good_answer_of_the_sms_gateway_is_what_the_setting_says(
    reachable: builders.World, gateway: Gateway, settings: Any
):
    settings.SMS_SUCCESS = "status=ok"
    send(reachable, "sms")
    gateway.behaviour = fake.failing(200, {"status": "blocked"})
    with pytest.raises(ChannelError):
        send(reachable, "sms")
    gateway.behaviour = fake.failing(200, {"other": 1})
    with pytest.raises(UnknownOutcome):
        send(reachable, "sms")


def test_an_idempotent_gateway_that_hangs_up_gets_the_message_again_and_delivers_it_once(
    reachable: builders.World, gateway: Gateway, settings: Any
):
    settings.WEBHOOK_IDEMPOTENT = True
    settings.WECOM_URL = settings.DINGTALK_URL = settings.FEISHU_URL = settings.SMS_URL = ""
    builders.agreement(reachable, now=OPENED)
    relay(NOW)
    mine = Delivery.objects.get(channel="webhook", bundle__recipient=reachable.clerk)

    def take_and_drop(gateway: Gateway, taken: fake.Taken) -> None:
        gateway.take_once(taken)

    gateway.behaviour = take_and_drop
    assert delivery.deliver(mine.pk, NOW) == "pending"
    gateway.behaviour = fake.idempotent
    assert delivery.deliver(mine.pk, NOW + timedelta(minutes=2)) == "sent"
    assert (len(gateway.requests), len(gateway.journal)) == (2, 1)


def test_a_naive_gateway_that_hangs_up_is_listed_as_uncertain_and_not_asked_again(
    reachable: builders.World, gateway: Gateway
):
    gateway.behaviour = fake.accept_and_drop
    builders.agreement(reachable, now=OPENED)
    relay(NOW)
    ends = {delivery.deliver(pk, NOW) for pk in Delivery.objects.exclude(channel="email").values_list("pk", flat=True)}
    assert ends == {"uncertain"}
    before = len(gateway.requests)
    assert delivery.owed(NOW + timedelta(days=2)) == list(
        Delivery.objects.filter(channel="email").values_list("pk", flat=True)
    )
    assert len(gateway.requests) == before


def test_nothing_personal_but_the_households_name_leaves_by_any_channel(reachable: builders.World, gateway: Gateway):
    case = builders.agreement(reachable, now=OPENED, amount=CANARY["amount"], note=CANARY["idcard"])
    Case.objects.filter(pk=case.pk).update(title="李四 户")
    case.household.head_name = CANARY["other"]
    case.household.save()
    deadlines.sweep(at("2026-03-12", 0))
    Notice.objects.filter(recipient=reachable.clerk).update(send_after=None)
    relay(at("2026-03-12", 9))
    for pk in Delivery.objects.values_list("pk", flat=True):
        delivery.deliver(pk, at("2026-03-12", 9))
    sent = "".join(taken.path + taken.body.decode() for taken in gateway.requests)
    assert len(gateway.requests) >= len(HTTP_CHANNELS)
    assert "李四 户" in sent.encode().decode("unicode_escape", errors="ignore") or "李四 户" in sent
    for name, secret in CANARY.items():
        assert secret not in sent, name
    for who in policies.User.objects.exclude(username="clerk"):
        assert f'"{who.full_name}"' not in sent or who.username == who.full_name


def test_a_test_message_says_only_that_the_channel_works(reachable: builders.World, gateway: Gateway):
    bundle = Bundle.objects.create(recipient=reachable.clerk, day=NOW.date(), kind=Bundle.TEST, created_at=NOW)
    row = Delivery.objects.create(bundle=bundle, channel="wecom", created_at=NOW, next_try_at=NOW)
    assert delivery.deliver(row.pk, NOW) == "sent"
    assert "/cases/" not in gateway.journal[0].body.decode()


def test_apprise_is_off_without_its_library_or_its_setting(reachable: builders.World, settings: Any):
    settings.APPRISE_URL = ""
    assert not CHANNELS["apprise"].reaches(reachable.clerk)
    settings.APPRISE_URL = "json://127.0.0.1/"
    assert CHANNELS["apprise"].reaches(reachable.clerk) is (library is not None)


def test_apprise_hands_over_title_body_and_address(reachable: builders.World, settings: Any, monkeypatch: Any):
    calls: list[Any] = []

    class Service:
        def add(self, url: str) -> None:
            calls.append(url)

        def notify(self, title: str, body: str) -> bool:
            calls.append((title, body))
            return len(calls) < 3

    monkeypatch.setattr("notifications.channels.apprise.library", type("L", (), {"Apprise": Service}))
    settings.APPRISE_URL = "json://127.0.0.1/{to}"
    assert not CHANNELS["apprise"].reaches(reachable.clerk)
    Address.objects.create(user=reachable.clerk, channel="apprise", address="u/../x?y")
    assert CHANNELS["apprise"].reaches(reachable.clerk)
    send(reachable, "apprise")
    assert calls == ["json://127.0.0.1/u..xy", (MESSAGE.subject, MESSAGE.body)]
    with pytest.raises(UnknownOutcome):
        send(reachable, "apprise")
