"""Keys of tokens, token files under them, people who withdrew; what a list was collected for."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from migrations.checks import hold
from migrations.tenant_wall import SHARED_TOKEN_FILE, TOKENS_OWNED, admit, close_rows
from partners.database import Utc

revision = "2026_11_22_keyed_tokens"
down_revision = "2026_11_22_tenant_wall"

TABLES = ("brand_key", "partnership_key", "sealed_key", "token_file", "withdrawal")


def upgrade() -> None:
    """Create the tables, and give every list that is kept one token file for each open partnership of its brand."""
    op.create_table(
        "brand_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False, comment="32 bytes in hex"),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("retired_at", Utc(), nullable=True, comment="None while copies are sealed to it"),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_brand_key_made_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_brand_key_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_key")),
    )
    op.create_index(op.f("ix_brand_key_partner_id"), "brand_key", ["partner_id"], unique=False)
    op.create_table(
        "partnership_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=12), nullable=False, comment="first 12 hex digits of its fingerprint"),
        sa.Column("partner_id", sa.String(length=16), nullable=False, comment="the brand where it was made"),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True, comment="None while new lists are keyed with it"),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_partnership_key_made_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partnership_key_partner_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_partnership_key_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_key")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_partnership_key_partnership_id_name")),
    )
    op.create_index(op.f("ix_partnership_key_partnership_id"), "partnership_key", ["partnership_id"], unique=False)
    op.create_table(
        "sealed_key",
        sa.Column("partnership_key_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("brand_key_id", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["brand_key_id"], ["brand_key.id"], name=op.f("fk_sealed_key_brand_key_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_sealed_key_partner_id")),
        sa.ForeignKeyConstraint(
            ["partnership_key_id"], ["partnership_key.id"], name=op.f("fk_sealed_key_partnership_key_id")
        ),
        sa.PrimaryKeyConstraint("partnership_key_id", "partner_id", name=op.f("pk_sealed_key")),
    )
    op.create_index(op.f("ix_sealed_key_partner_id"), "sealed_key", ["partner_id"], unique=False)
    op.create_table(
        "token_file",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("audience_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column(
            "key_name",
            sa.String(length=12),
            nullable=False,
            comment="of the partnership's key; empty: keyed by the platform",
        ),
        sa.Column("segment", sa.String(length=40), nullable=False, comment="empty: the whole audience"),
        sa.Column("members", sa.Integer(), nullable=False, comment="tokens in the file now"),
        sa.Column("withdrawn", sa.Integer(), nullable=False, comment="tokens removed because their people withdrew"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file as it was registered"),
        sa.Column("store_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["audience_id"], ["audience.id"], name=op.f("fk_token_file_audience_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_token_file_partner_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_token_file_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_file")),
        sa.UniqueConstraint(
            "audience_id", "partnership_id", "segment", name=op.f("uq_token_file_audience_id_partnership_id_segment")
        ),
    )
    op.create_index(op.f("ix_token_file_audience_id"), "token_file", ["audience_id"], unique=False)
    op.create_index(op.f("ix_token_file_partner_id"), "token_file", ["partner_id"], unique=False)
    op.create_index(op.f("ix_token_file_partnership_id"), "token_file", ["partnership_id"], unique=False)
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=120), nullable=False),
        sa.Column("source_digest", sa.String(length=64), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False, comment="distinct people in the list"),
        sa.Column(
            "effects",
            sa.JSON(),
            nullable=False,
            comment="[audience id, partnership id, members before, members after] of each audience that shrank",
        ),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_withdrawal_created_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_withdrawal_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
    )
    op.create_index(op.f("ix_withdrawal_partner_id"), "withdrawal", ["partner_id"], unique=False)
    for column in (
        sa.Column(
            "consent_text",
            sa.String(40),
            nullable=False,
            server_default="",
            comment="version of the text the members agreed to",
        ),
        sa.Column("collected_from", sa.Date(), nullable=True, comment="None on lists from before this was asked"),
        sa.Column("collected_to", sa.Date(), nullable=True),
        sa.Column(
            "uses", sa.JSON(), nullable=False, server_default='["overlap"]', comment="what it may be used for; see Use"
        ),
        sa.Column(
            "region", sa.String(2), nullable=False, server_default="", comment="ISO 3166 country whose law holds"
        ),
        sa.Column(
            "assessment",
            sa.String(120),
            nullable=False,
            server_default="",
            comment="number of the impact assessment; may be empty",
        ),
        sa.Column(
            "method",
            sa.String(30),
            nullable=False,
            server_default="keyed",
            comment="blind: its tokens stay at the brand",
        ),
        sa.Column("confirmed_at", Utc(), nullable=True, comment="None while it is a preview; then nothing counts it"),
        sa.Column(
            "similar_to_id",
            sa.String(16),
            nullable=True,
            comment="an earlier list that differs in too few members; that one is counted",
        ),
    ):
        op.add_column("audience", column)
    op.execute(
        "UPDATE audience SET confirmed_at = created_at, region = coalesce((SELECT region FROM partner WHERE partner.id = audience.partner_id), '')"
    )
    _move_tokens()
    with op.batch_alter_table("audience") as batch:
        batch.create_foreign_key(op.f("fk_audience_similar_to_id"), "audience", ["similar_to_id"], ["id"])
        batch.alter_column(
            "expires_on",
            existing_type=sa.Date(),
            existing_nullable=False,
            comment="last day on which it is counted and kept",
        )
        batch.alter_column(
            "purpose",
            existing_type=sa.String(120),
            existing_nullable=False,
            comment="what the members were told it is for",
        )
        batch.alter_column(
            "source_name",
            existing_type=sa.String(120),
            existing_nullable=False,
            comment="name of the uploaded file; empty where there is none",
        )
        batch.drop_column("token_key")
    hold("audience", {"count_method": ("keyed", "blind")}, [], {"count_method": "method"})
    protect(["withdrawal"])
    admit(TABLES, ["withdrawal"])
    close_rows(TOKENS_OWNED, {"token_file": SHARED_TOKEN_FILE})


def downgrade() -> None:
    """Drop them; a list keeps the name of its token file where one was keyed by the platform."""
    release(["withdrawal"], last=False)
    with op.batch_alter_table("audience") as batch:
        batch.add_column(
            sa.Column(
                "token_key",
                sa.String(120),
                nullable=False,
                server_default="",
                comment="key of the token file in the store: sorted unsigned 64-bit",
            )
        )
        batch.drop_constraint(op.f("fk_audience_similar_to_id"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_audience_count_method"), type_="check")
        for name in (
            "consent_text",
            "collected_from",
            "collected_to",
            "uses",
            "region",
            "assessment",
            "method",
            "confirmed_at",
            "similar_to_id",
        ):
            batch.drop_column(name)
    op.execute("UPDATE audience SET token_key = 'audiences/' || id || '.tokens'")
    for table in ("withdrawal", "token_file", "sealed_key", "partnership_key", "brand_key"):
        op.drop_table(table)


def _move_tokens() -> None:
    """Name each kept token file once for each open partnership; all of them were keyed by the platform."""
    op.execute(
        """
        INSERT INTO token_file (id, audience_id, partner_id, partnership_id, key_name, segment, members, withdrawn,
                                digest, store_key)
        SELECT substr(audience.id, 1, 8) || substr(partnership.id, 1, 8), audience.id, audience.partner_id,
               partnership.id, '', '', audience.accepted, 0, audience.source_digest, audience.token_key
        FROM audience
        JOIN partnership_partner ON partnership_partner.partner_id = audience.partner_id
        JOIN partnership ON partnership.id = partnership_partner.partnership_id
        WHERE audience.tokens_deleted_at IS NULL AND partnership.footing IN ('exploring', 'signed')
        """
    )
