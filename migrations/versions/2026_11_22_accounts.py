"""Sign-ins, second factors, passkeys, recovery codes, invitations and API tokens; suspended seats."""

import sqlalchemy as sa
from alembic import op

from partners.database import BigInt as BIG
from partners.database import Utc

revision = "2026_11_22_accounts"
down_revision = "2026_11_21_first_tables"


def upgrade() -> None:
    """Create the tables of accounts, and add what users and seats need."""
    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column(
            "seat_id",
            sa.String(length=16),
            nullable=False,
            comment="taken at present; no foreign key: seats are taken away",
        ),
        sa.Column(
            "factor",
            sa.Enum(
                "password",
                "code",
                "recovery",
                "passkey",
                name="factor",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("agent", sa.String(length=120), nullable=False, comment="browser and system, as words"),
        sa.Column("network", sa.String(length=40), nullable=False, comment="address it came from"),
        sa.Column("began_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False, comment="to five minutes"),
        sa.Column("confirmed_at", Utc(), nullable=False, comment="when the user last proved to be there"),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False, comment="base64url"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", BIG, nullable=False, comment="a lower one than before means a copy"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_passkey_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of user and code; the code has 80 bits"
        ),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False, comment="the partner that invites"),
        sa.Column(
            "role",
            sa.Enum(
                "manager",
                "viewer",
                "finance",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
            comment="of the seat; None invites a brand",
        ),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False, comment="of the person, or of the brand"),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "timezone",
            sa.String(length=40),
            nullable=False,
            comment="of the partnership to begin with an invited brand",
        ),
        sa.Column("invited_by", sa.String(length=16), nullable=True, comment="None: registered by itself"),
        sa.Column("invited_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("accepted_at", Utc(), nullable=True),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.Column("registered_id", sa.String(length=16), nullable=True, comment="the brand that came of it"),
        sa.ForeignKeyConstraint(["invited_by"], ["user.id"], name=op.f("fk_invitation_invited_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_invitation_partner_id")),
        sa.ForeignKeyConstraint(["registered_id"], ["partner.id"], name=op.f("fk_invitation_registered_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_partner_id"), "invitation", ["partner_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False, comment="what it is for"),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of the token; the token has 256 bits"
        ),
        sa.Column("start", sa.String(length=12), nullable=False, comment="its first characters, to tell it apart"),
        sa.Column("scopes", sa.JSON(), nullable=False, comment="actions of directory.policy"),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True, comment="to five minutes"),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_api_token_created_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_api_token_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_partner_id"), "api_token", ["partner_id"], unique=False)
    op.add_column(
        "user",
        sa.Column(
            "code_key_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="key of the one-time codes (TOTP), sealed; None without one",
        ),
    )
    op.add_column(
        "user",
        sa.Column(
            "code_step", BIG, nullable=False, server_default="0", comment="newest step used; no code works twice"
        ),
    )
    op.add_column("seat", sa.Column("suspended_at", Utc(), nullable=True, comment="None while it may be used"))
    op.add_column(
        "seat",
        sa.Column(
            "note",
            sa.String(length=400),
            nullable=False,
            server_default="",
            comment="of the brand's admins, for themselves",
        ),
    )


def downgrade() -> None:
    """Drop them again."""
    for table, column in (
        ("seat", "note"),
        ("seat", "suspended_at"),
        ("user", "code_step"),
        ("user", "code_key_sealed"),
    ):
        op.drop_column(table, column)
    op.drop_table("api_token")
    op.drop_table("invitation")
    op.drop_table("recovery_code")
    op.drop_table("passkey")
    op.drop_table("sign_in")
