"""Tables of users: who signs in, in which seats, from where, with what; invitations and API tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partners.database import Base, BigInt, Digest, Id, Ref, Text40, Text120, Text400, one_of
from partners.directory.models import Partner


class Role(StrEnum):
    MANAGER = "manager"
    VIEWER = "viewer"
    FINANCE = "finance"
    ADMIN = "admin"


class Factor(StrEnum):
    """With what somebody signed in: the password alone, or a second factor too."""

    PASSWORD = "password"  # noqa: S105 (a name, no secret)
    CODE = "code"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


class User(Base):
    """A person who signs in."""

    __tablename__ = "user"

    id: Mapped[Id]
    email: Mapped[Text120] = mapped_column(unique=True, comment="lower case")
    name: Mapped[Text120]
    password_digest: Mapped[str] = mapped_column(comment="argon2id")
    locale: Mapped[str] = mapped_column(default="en", comment="en or zh")
    is_active: Mapped[bool] = mapped_column(default=True)
    code_key_sealed: Mapped[bytes | None] = mapped_column(
        comment="key of the one-time codes (TOTP), sealed; None without one"
    )
    code_step: Mapped[int] = mapped_column(BigInt, default=0, comment="newest step used; no code works twice")
    created_at: Mapped[datetime]


class Seat(Base):
    """A user's place at a partner, with one role; a user may have several."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("user_id", "partner_id", "role"),)

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"), index=True)
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    suspended_at: Mapped[datetime | None] = mapped_column(comment="None while it may be used")
    note: Mapped[Text400] = mapped_column(default="", comment="of the brand's admins, for themselves")
    created_at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="raise")
    partner: Mapped[Partner] = relationship(lazy="raise")


class SignInGuard(Base):
    """How often signing in failed lately, for one e-mail address or one network address."""

    __tablename__ = "sign_in_guard"

    key: Mapped[Digest] = mapped_column(primary_key=True, comment="SHA-256, so that no address is kept")
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(comment="first failure of the window that is counted")


class SignIn(Base):
    """One signed-in browser: what the session cookie names; ended here, it is worth nothing there."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"), index=True)
    seat_id: Mapped[Ref] = mapped_column(comment="taken at present; no foreign key: seats are taken away")
    factor: Mapped[Factor] = mapped_column(one_of(Factor))
    agent: Mapped[Text120] = mapped_column(default="", comment="browser and system, as words")
    network: Mapped[Text40] = mapped_column(default="", comment="address it came from")
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(comment="to five minutes")
    confirmed_at: Mapped[datetime] = mapped_column(comment="when the user last proved to be there")
    ended_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of a user (WebAuthn): public key and counter, nothing secret."""

    __tablename__ = "passkey"

    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True, comment="base64url")
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInt, comment="a lower one than before means a copy")
    name: Mapped[Text120]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes that stand in for a lost second factor; each works once."""

    __tablename__ = "recovery_code"

    digest: Mapped[Digest] = mapped_column(primary_key=True, comment="SHA-256 of user and code; the code has 80 bits")
    user_id: Mapped[Ref] = mapped_column(ForeignKey("user.id"), index=True)
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by mail: to a seat at the inviting partner, or to come onto the platform with a brand of one's own.

    The link is signed, not stored, so that a copy of the database opens no door.
    """

    __tablename__ = "invitation"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True, comment="the partner that invites")
    role: Mapped[Role | None] = mapped_column(one_of(Role), comment="of the seat; None invites a brand")
    email: Mapped[Text120]
    name: Mapped[Text120] = mapped_column(default="", comment="of the person, or of the brand")
    locale: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[Text40] = mapped_column(default="", comment="of the partnership to begin with an invited brand")
    invited_by: Mapped[Ref | None] = mapped_column(ForeignKey("user.id"), comment="None: registered by itself")
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    registered_id: Mapped[Ref | None] = mapped_column(ForeignKey("partner.id"), comment="the brand that came of it")


class ApiToken(Base):
    """What a program signs its requests with: shown once, stored as a digest."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    partner_id: Mapped[Ref] = mapped_column(ForeignKey("partner.id"), index=True)
    name: Mapped[Text120] = mapped_column(comment="what it is for")
    digest: Mapped[Digest] = mapped_column(unique=True, comment="SHA-256 of the token; the token has 256 bits")
    start: Mapped[str] = mapped_column(String(12), comment="its first characters, to tell it apart")
    scopes: Mapped[list[str]] = mapped_column(JSON, comment="actions of directory.policy")
    created_by: Mapped[Ref] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(comment="to five minutes")
    revoked_at: Mapped[datetime | None]
