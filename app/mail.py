"""Mail: letters written in the reader's language, and handed to a mail server or put into a folder.

Without a mail server (``TANDEM_SMTP_URL``) each letter becomes a file in ``var/mail``, so that everything can be tried.
Only background jobs send, so nobody waits for a mail server; a job that is repeated writes the same file and sends the
same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import TEMPLATES
from config import Settings
from partners.directory.mail_queries import Recipient
from partners.errors import TandemError
from reports import format as formats
from reports.language import Places, named, texts

PLACES = Places.of(TEMPLATES.parent)

TIMEOUT = 10.0
"""Seconds that a mail server gets for each answer."""

_log = logging.getLogger(__name__)


class MailServerUnreachable(TandemError):
    """The mail server did not take the mail ({kind})."""

    is_passing = True


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person, its subject and text in that person's language."""

    to: Recipient
    subject: str
    text: str


def written(name: str, to: Recipient, **facts: object) -> Letter:
    """Write a letter from ``templates/email/<name>.txt``: its first line is the subject."""
    page = _environment(to.locale).get_template(f"{name}.txt").render(to=to, **facts)
    subject, _, text = page.strip().partition("\n")
    return Letter(to, subject.strip(), text.strip() + "\n")


def send(settings: Settings, job_id: str, letters: Sequence[Letter], now: datetime) -> None:
    """Send letters, or put them into ``var/mail``; raises MailServerUnreachable."""
    messages = [_message(settings, f"{job_id}-{place}", letter, now) for place, letter in enumerate(letters, 1)]
    if settings.smtp_url:
        _hand_over(settings.smtp_url, messages)
    else:
        _put_down(settings.var / "mail", job_id, messages)
    for letter in letters:
        _log.info("mail “%s” to %s", letter.subject, letter.to.email)  # never the text: it may hold a link


def _message(settings: Settings, name: str, letter: Letter, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = Address(" ".join(letter.to.name.split()), addr_spec=letter.to.email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{name}@{_domain(settings)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from absent people's mailboxes
    message.set_content(letter.text)
    message["Content-Language"] = "zh-Hans" if letter.to.locale == "zh" else "en"
    return message


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"


def _put_down(folder: Path, job_id: str, messages: Sequence[EmailMessage]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # the links in it open doors
    for place, message in enumerate(messages, 1):
        (folder / f"{job_id}-{place}.eml").write_bytes(message.as_bytes())


def _hand_over(url: str, messages: Sequence[EmailMessage]) -> None:
    try:
        with _server(url) as server:
            for message in messages:
                server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerUnreachable(kind=type(error).__name__) from error


def _server(url: str) -> smtplib.SMTP:
    """Return an encrypted connection to a mail server, signed in where the address has a user."""
    parts = urlsplit(url)
    host, trusted = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        return _signed_in(smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=trusted), parts)
    server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT)
    try:
        server.starttls(context=trusted)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return _signed_in(server, parts)


def _signed_in(server: smtplib.SMTP, parts: SplitResult) -> smtplib.SMTP:
    try:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


@lru_cache(maxsize=4)
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "email"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"], autoescape=False,  # noqa: S701 (plain text)
    )  # fmt: skip
    gettext = texts(language, PLACES)
    environment.install_gettext_callables(gettext, lambda one, many, n: gettext(one if n == 1 else many), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        named=lambda thing: named(language, thing), date=lambda at: formats.date(at.date(), language)
    )
    return environment
