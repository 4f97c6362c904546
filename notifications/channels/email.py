"""E-mail through Django's backend (files under var/mail unless a mail server is configured)."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError

from notifications.channels.base import ChannelError
from notifications.wording import Message
from workflow.models import User


class Email:
    """One message to one address."""

    def reaches(self, user: User) -> bool:
        """A person with an address."""
        return bool(user.email)

    def send(self, user: User, message: Message, *, key: str) -> None:
        """Hand over to the mail server. A connection lost in the middle is no ChannelError: its outcome is unknown."""
        headers = {"Message-ID": f"<{key}@resettlement.invalid>", "Auto-Submitted": "auto-generated"}
        mail = EmailMessage(message.subject, message.body, to=[user.email], headers=headers)
        try:
            mail.send()
        except (SMTPRecipientsRefused, BadHeaderError) as trouble:
            raise ChannelError(type(trouble).__name__, permanent=True) from trouble
        except SMTPServerDisconnected:
            raise
        except SMTPResponseException as trouble:
            raise ChannelError(f"SMTP {trouble.smtp_code}", permanent=500 <= trouble.smtp_code < 600) from trouble
        except (ConnectionRefusedError, SMTPException) as trouble:
            raise ChannelError(type(trouble).__name__) from trouble
