"""E-mail through Django's backend (files under var/mail unless a mail server is configured)."""

from contextlib import suppress
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import BadHeaderError
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import ChannelError
from notifications.wording import Message
from workflow.models import User


class Email:
    """One message to one address."""

    label, needs, idempotent = _("E-mail"), "", False

    def configured(self) -> bool:
        """Always: files under var/mail unless a mail server is set."""
        return True

    def reaches(self, user: User) -> bool:
        """A person with an address."""
        return bool(user.email)

    def send(self, user: User, message: Message, *, key: str) -> None:
        """Hand over to the mail server. A connection lost after it was open is no ChannelError: outcome unknown."""
        server = _opened()
        headers = {"Message-ID": f"<{key}@resettlement.invalid>", "Auto-Submitted": "auto-generated"}
        mail = EmailMessage(message.subject, message.body, to=[user.email], headers=headers, connection=server)
        for name, content, kind in message.attachments:
            mail.attach(name, content, kind)
        try:
            mail.send()
        except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError) as trouble:
            raise ChannelError(type(trouble).__name__, permanent=_permanent(trouble)) from trouble
        except BadHeaderError as trouble:
            raise ChannelError("BadHeaderError", permanent=True) from trouble
        finally:
            with suppress(Exception):  # the answer to the message is in hand; a failing goodbye changes nothing
                server.close()


def _opened() -> Any:
    """A connection; wrong name, password or network here means that nothing was sent, and may be mended."""
    server = get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as trouble:
        raise ChannelError(type(trouble).__name__) from trouble
    return server


def _permanent(trouble: SMTPException) -> bool:
    """5xx is final; 4xx (greylisting, a full mailbox) passes."""
    if isinstance(trouble, SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in trouble.recipients.values())
    return int(getattr(trouble, "smtp_code", 0)) >= 500
