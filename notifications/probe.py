"""Lines of the status page about what goes outside: deliveries that wait, and those an operator has to see."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from notifications.models import Delivery
from notifications.queries import troubled
from workflow.models import Heartbeat
from workflow.queries.machine import BAD, OK, WARN, Line, aged


def probe(now: datetime) -> Iterator[Line]:
    """Whether words are handed on, whether sending waits for an operator, what is late, what failed."""
    beats = dict(Heartbeat.objects.filter(name__in=("relay", "sending_held")).values_list("name", "at"))
    minutes = timedelta(minutes=5)
    again = _("start the worker and beat again; the inbox of the pages is not affected")
    yield aged(_("Handing words to the channels"), beats.get("relay"), now, (minutes, 6 * minutes), again)
    if "sending_held" in beats:
        held = _("after a long silence nothing is sent until you confirm it under: messages that did not go through")
        yield Line(_("Sending outside"), BAD, _("on hold"), held)
    late = Delivery.objects.filter(state=Delivery.PENDING, next_try_at__lt=now - 2 * minutes).count()
    remedy = _("start the worker again and look at the channels' settings")
    yield Line(_("Deliveries behind time"), WARN if late else OK, str(late), remedy if late else "")
    seen = troubled().count()
    look = _("look at them under: messages that did not go through")
    yield Line(_("Failed or uncertain deliveries"), WARN if seen else OK, str(seen), look if seen else "")
