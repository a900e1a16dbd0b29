"""A partner's standing; a partnership's footing apart from its stage; moves between stages; brand fit."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from migrations.checks import hold
from partners.database import Utc

revision = "2026_11_22_partnership_stages"
down_revision = "2026_11_22_accounts"

TYPES = ("brand", "creator", "ip_owner", "platform", "agency", "nonprofit", "academic", "government")
STANDINGS = ("pending", "approved", "suspended", "left")
FOOTINGS = ("invited", "exploring", "signed", "ended")
STAGES = ("awareness", "knowledge", "assessment", "selection", "working", "value", "staying", "exit")
REACHED = {"invited": "awareness", "exploring": "knowledge", "signed": "working", "ended": "exit"}
"""The stage that a partnership has at least reached on each footing."""


def upgrade() -> None:
    """Tell footing and stage apart, and create the tables of moves and of brand fit."""
    op.add_column("partner", sa.Column("standing", sa.String(length=30), nullable=False, server_default="approved"))
    op.add_column(
        "partner",
        sa.Column(
            "standing_why",
            sa.String(length=400),
            nullable=False,
            server_default="",
            comment="what the operator or the brand said",
        ),
    )
    op.add_column(
        "partner", sa.Column("standing_at", Utc(), nullable=True, comment="None while it stands as it was made")
    )
    op.add_column(
        "partner",
        sa.Column(
            "is_operator",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="runs the platform; no brand, in no list",
        ),
    )
    op.add_column(
        "partner",
        sa.Column(
            "requires_second_factor",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="of every seat at it",
        ),
    )
    hold("partner", {"partner_type": TYPES, "standing": STANDINGS}, instead_of=["partner_type"])
    op.alter_column("partnership", "stage", new_column_name="footing")
    op.add_column(
        "partnership",
        sa.Column(
            "stage", sa.String(length=30), nullable=False, server_default="awareness", comment="moved by its sides"
        ),
    )
    for footing, stage in REACHED.items():
        op.execute(f"UPDATE partnership SET stage = '{stage}' WHERE footing = '{footing}'")
    hold("partnership", {"footing": FOOTINGS, "stage": STAGES}, instead_of=["partnership_stage"])
    op.create_table(
        "partnership_move",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum(
                "awareness",
                "knowledge",
                "assessment",
                "selection",
                "working",
                "value",
                "staying",
                "exit",
                name="from_stage",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_stage",
            sa.Enum(
                "awareness",
                "knowledge",
                "assessment",
                "selection",
                "working",
                "value",
                "staying",
                "exit",
                name="to_stage",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("partner_id", sa.String(length=16), nullable=False, comment="the side that moved it"),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False, comment="empty where signing or accepting moved it"),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partnership_move_partner_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_partnership_move_partnership_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_partnership_move_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_move")),
    )
    op.create_index(op.f("ix_partnership_move_partnership_id"), "partnership_move", ["partnership_id"], unique=False)
    op.create_table(
        "fit_rating",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column(
            "round",
            sa.Integer(),
            nullable=False,
            comment="1, 2, 3 …; a new one begins where the sides wish to rate again",
        ),
        sa.Column("partner_id", sa.String(length=16), nullable=False, comment="the rater's side"),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("brand_values", sa.Integer(), nullable=False),
        sa.Column("positioning", sa.Integer(), nullable=False),
        sa.Column("tone", sa.Integer(), nullable=False),
        sa.Column("rated_at", Utc(), nullable=False),
        sa.CheckConstraint("brand_values BETWEEN 1 AND 5", name=op.f("ck_fit_rating_brand_values")),
        sa.CheckConstraint("positioning BETWEEN 1 AND 5", name=op.f("ck_fit_rating_positioning")),
        sa.CheckConstraint("tone BETWEEN 1 AND 5", name=op.f("ck_fit_rating_tone")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fit_rating_partner_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_fit_rating_partnership_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_fit_rating_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fit_rating")),
        sa.UniqueConstraint(
            "partnership_id", "round", "user_id", name=op.f("uq_fit_rating_partnership_id_round_user_id")
        ),
    )
    op.create_table(
        "fit_segment",
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("set_at", Utc(), nullable=False),
        sa.CheckConstraint("members >= 0", name=op.f("ck_fit_segment_members")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fit_segment_partner_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_fit_segment_partnership_id")),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_fit_segment_set_by")),
        sa.PrimaryKeyConstraint("partnership_id", "partner_id", "label", name=op.f("pk_fit_segment")),
    )
    op.create_table(
        "fit_gate",
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column(
            "gate",
            sa.Enum(
                "competition",
                "category",
                "sanctions",
                "crisis",
                name="gate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("is_clear", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("declared_by", sa.String(length=16), nullable=False),
        sa.Column("declared_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["declared_by"], ["user.id"], name=op.f("fk_fit_gate_declared_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_fit_gate_partner_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_fit_gate_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", "partner_id", "gate", name=op.f("pk_fit_gate")),
    )
    op.create_table(
        "fit_weights",
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="1, 2, 3 …; version 0 are the defaults"),
        sa.Column("brand_values", sa.Integer(), nullable=False),
        sa.Column("positioning", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("tone", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("set_at", Utc(), nullable=False),
        sa.CheckConstraint("brand_values + positioning + audience + tone = 100", name=op.f("ck_fit_weights_sum")),
        sa.CheckConstraint(
            "brand_values >= 0 AND positioning >= 0 AND audience >= 0 AND tone >= 0",
            name=op.f("ck_fit_weights_not_negative"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_fit_weights_partnership_id")),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_fit_weights_set_by")),
        sa.PrimaryKeyConstraint("partnership_id", "version", name=op.f("pk_fit_weights")),
    )
    protect(["partnership_move", "fit_weights"])


def downgrade() -> None:
    """Put footing back into stage, and drop the rest."""
    release(["partnership_move", "fit_weights"], last=False)
    op.drop_table("fit_weights")
    op.drop_table("fit_gate")
    op.drop_table("fit_segment")
    op.drop_table("fit_rating")
    op.drop_table("partnership_move")
    hold("partnership", {}, instead_of=["footing", "stage"])
    op.drop_column("partnership", "stage")
    op.alter_column("partnership", "footing", new_column_name="stage")
    hold("partnership", {"partnership_stage": FOOTINGS}, instead_of=[], columns={"partnership_stage": "stage"})
    hold("partner", {"partner_type": TYPES[:-2]}, instead_of=["partner_type", "standing"])
    for column in ("requires_second_factor", "is_operator", "standing_at", "standing_why", "standing"):
        op.drop_column("partner", column)
