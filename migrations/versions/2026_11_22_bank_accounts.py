"""Bank accounts, sealed; for how long a partner keeps things."""

import sqlalchemy as sa
from alembic import op

from partners.database import Utc

revision = "2026_11_22_bank_accounts"
down_revision = "2026_11_22_partnership_stages"


def upgrade() -> None:
    """Create the tables, and let an audience outlive its tokens."""
    op.create_table(
        "bank_account",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column(
            "number_sealed", sa.LargeBinary(), nullable=False, comment="IBAN or account number, sealed (partners.seal)"
        ),
        sa.Column(
            "number_end",
            sa.String(length=4),
            nullable=False,
            comment="its last four characters, all that is ever shown",
        ),
        sa.Column("bank_code", sa.String(length=40), nullable=False, comment="BIC, or the bank's code in its country"),
        sa.Column("bank_name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "refused",
                "withdrawn",
                name="bank_state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", Utc(), nullable=False),
        sa.Column("settled_by", sa.String(length=16), nullable=True, comment="who approved or refused"),
        sa.Column("settled_at", Utc(), nullable=True),
        sa.Column("usable_from", Utc(), nullable=True, comment="three days after its approval"),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_bank_account_legal_entity_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_bank_account_partner_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user.id"], name=op.f("fk_bank_account_proposed_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["user.id"], name=op.f("fk_bank_account_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(op.f("ix_bank_account_legal_entity_id"), "bank_account", ["legal_entity_id"], unique=False)
    op.create_index(op.f("ix_bank_account_partner_id"), "bank_account", ["partner_id"], unique=False)
    op.create_table(
        "retention",
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("audience_days", sa.Integer(), nullable=False, comment="tokens of an audience, after it has expired"),
        sa.Column("upload_days", sa.Integer(), nullable=False, comment="uploaded files, after they were read"),
        sa.Column("sign_in_days", sa.Integer(), nullable=False, comment="records of sign-ins, after they have ended"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_retention_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_retention")),
    )
    op.add_column("import", sa.Column("source_deleted_at", Utc(), nullable=True, comment="None while the file is kept"))
    op.create_index(
        "uq_outbox_event_day",
        "outbox_event",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'day.began'"),
        sqlite_where=sa.text("kind = 'day.began'"),
    )
    op.add_column(
        "audience", sa.Column("tokens_deleted_at", Utc(), nullable=True, comment="None while the token file is kept")
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("audience", "tokens_deleted_at")
    op.drop_index("uq_outbox_event_day", "outbox_event")
    op.drop_column("import", "source_deleted_at")
    op.drop_table("retention")
    op.drop_table("bank_account")
