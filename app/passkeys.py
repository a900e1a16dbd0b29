"""Passkeys (WebAuthn level 3): what a browser is asked, and whether its answer is right. The only home of ``webauthn``.

A challenge lies in the session cookie for five minutes, and the database takes each only once.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from flask import session
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app import context
from partners.database import reading, writing
from partners.directory.accounts import attempt_services, factor_queries
from partners.directory.accounts.factor_services import NewPasskey
from partners.errors import Conflict, Invalid

KEPT_FOR = 300
"""Seconds within which a browser answers."""

_COOKIE = "challenge"


class PasskeyRefused(Invalid):
    """The passkey could not be checked. Try again, or use another way to sign in."""


class PasskeysNeedName(Conflict):
    """Passkeys are bound to a name, and this platform is reached by a number. Use another way here."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A passkey that was right just now, and how often it says it was used."""

    passkey_id: str
    user_id: str
    sign_count: int


def host() -> str:
    """Return the name that passkeys are bound to; empty where the platform is reached by a number, for browsers make
    none there.
    """
    name = urlsplit(context.settings().base_url).hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return name
    return ""


def _name() -> str:
    if not host():
        raise PasskeysNeedName()
    return host()


def creation_options(user_id: str, email: str, name: str, credential_ids: list[str]) -> str:
    """Return, as JSON, what a browser makes a passkey by; with ``credential_ids`` it has none of these yet."""
    options = webauthn.generate_registration_options(
        rp_id=_name(), rp_name="Tandem", user_id=user_id.encode(), user_name=email, user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            # required, or signing in without a user name fails
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(_bytes(each)) for each in credential_ids],
    )  # fmt: skip
    _keep(options.challenge)
    return webauthn.options_to_json(options)


def made(answer: str, name: str) -> NewPasskey:
    """Return the passkey that a browser has made; raises PasskeyRefused unless it answers our challenge."""
    challenge = _take()
    try:
        found = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=host(), expected_origin=_origin(),
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused() from None
    return NewPasskey(_text(found.credential_id), found.credential_public_key, found.sign_count, name)


def request_options() -> str:
    """Return, as JSON, what a browser proves a passkey by; it names nobody, the passkey does."""
    options = webauthn.generate_authentication_options(
        rp_id=_name(), user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep(options.challenge)
    return webauthn.options_to_json(options)


def proved(answer: str) -> Proved:
    """Return whose passkey was proved; raises PasskeyRefused unless it is right and was not used on a copy since."""
    challenge = _take()
    try:
        credential = parse_authentication_credential_json(answer)
        with reading(context.engine()) as rows:
            known = factor_queries.passkey_by_credential(rows, _text(credential.raw_id))
        if known is None or (credential.response.user_handle or known.user_id.encode()) != known.user_id.encode():
            raise PasskeyRefused()
        found = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=host(), expected_origin=_origin(),
            credential_public_key=known.public_key, credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused() from None
    return Proved(known.id, known.user_id, found.new_sign_count)


def _origin() -> str:
    parts = urlsplit(context.settings().base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _keep(challenge: bytes) -> None:
    session[_COOKIE] = [_text(challenge), context.now().timestamp()]


def _take() -> bytes:
    """Return the challenge that was asked last, once and within its time."""
    kept, at = session.pop(_COOKIE, ("", 0))
    with writing(context.engine()) as rows:
        is_fresh = attempt_services.claim_once(rows, kept, context.now())
        rows.commit()
    if not kept or not is_fresh or context.now().timestamp() - at > KEPT_FOR:
        raise PasskeyRefused()
    return _bytes(kept)


def _text(plain: bytes) -> str:
    return urlsafe_b64encode(plain).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
