"""Noise on counts: what each side asks for, what was asked, n-way and blind counts."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from migrations.checks import hold
from migrations.tenant_wall import admit
from partners.database import Utc

revision = "2026_11_22_evaluations"
down_revision = "2026_11_22_keyed_tokens"

TABLES = ("evaluation", "regions", "blind_count")


def upgrade() -> None:
    """Create the tables; overlaps keep their counts, which were made without noise."""
    op.create_table(
        "evaluation",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("asker_id", sa.String(length=16), nullable=False, comment="the side whose list is newer"),
        sa.Column("other_id", sa.String(length=16), nullable=False),
        sa.Column("own_community_id", sa.String(length=16), nullable=False),
        sa.Column("other_community_id", sa.String(length=16), nullable=False),
        sa.Column("own_audience_id", sa.String(length=16), nullable=False),
        sa.Column("other_audience_id", sa.String(length=16), nullable=False),
        sa.Column(
            "question",
            sa.Enum(
                "pair",
                "segments",
                "regions",
                "blind",
                name="question",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "answer",
            sa.Enum(
                "counted",
                "same_lists",
                "too_similar",
                "too_soon",
                "budget_used",
                "too_small",
                "no_arrangement",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "epsilon_milli",
            sa.Integer(),
            nullable=False,
            comment="thousandths of budget that it cost; 0 where nothing was counted",
        ),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["asker_id"], ["partner.id"], name=op.f("fk_evaluation_asker_id")),
        sa.ForeignKeyConstraint(["other_audience_id"], ["audience.id"], name=op.f("fk_evaluation_other_audience_id")),
        sa.ForeignKeyConstraint(
            ["other_community_id"], ["community.id"], name=op.f("fk_evaluation_other_community_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["partner.id"], name=op.f("fk_evaluation_other_id")),
        sa.ForeignKeyConstraint(["own_audience_id"], ["audience.id"], name=op.f("fk_evaluation_own_audience_id")),
        sa.ForeignKeyConstraint(["own_community_id"], ["community.id"], name=op.f("fk_evaluation_own_community_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_evaluation_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index(op.f("ix_evaluation_partnership_id"), "evaluation", ["partnership_id"], unique=False)
    op.create_table(
        "regions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("asker_id", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("audience_ids", sa.JSON(), nullable=False, comment="in the order of the bits of a cell's number"),
        sa.Column("sizes", sa.JSON(), nullable=False, comment="members compared, in the same order"),
        sa.Column("cells", sa.JSON(), nullable=False, comment="cell number - 1 -> noisy count; empty until counted"),
        sa.Column("epsilon_milli", sa.Integer(), nullable=False),
        sa.Column("computed_at", Utc(), nullable=True, comment="None until counted"),
        sa.Column("taken_back_at", Utc(), nullable=True, comment="when one of its audiences was taken back"),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_regions_asked_by")),
        sa.ForeignKeyConstraint(["asker_id"], ["partner.id"], name=op.f("fk_regions_asker_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_regions_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
    )
    op.create_index(op.f("ix_regions_partnership_id"), "regions", ["partnership_id"], unique=False)
    op.create_table(
        "blind_count",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("audience_a_id", sa.String(length=16), nullable=False, comment="of the side that proposed it"),
        sa.Column("audience_b_id", sa.String(length=16), nullable=True, comment="None until the other joined"),
        sa.Column(
            "step",
            sa.Enum(
                "opening",
                "answers",
                "counting",
                "done",
                "stopped",
                name="blind_step",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "once_a", sa.String(length=120), nullable=False, comment="store key; A's members blinded by A, sealed for B"
        ),
        sa.Column("once_b", sa.String(length=120), nullable=False),
        sa.Column("twice_a", sa.String(length=120), nullable=False, comment="store key; A's members blinded by both"),
        sa.Column("twice_b", sa.String(length=120), nullable=False),
        sa.Column("proposed_by", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["audience_a_id"], ["audience.id"], name=op.f("fk_blind_count_audience_a_id")),
        sa.ForeignKeyConstraint(["audience_b_id"], ["audience.id"], name=op.f("fk_blind_count_audience_b_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_blind_count_partnership_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["user.id"], name=op.f("fk_blind_count_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_count")),
    )
    op.create_index(op.f("ix_blind_count_partnership_id"), "blind_count", ["partnership_id"], unique=False)
    for column in (
        sa.Column(
            "rounding",
            sa.Integer(),
            nullable=False,
            server_default="10",
            comment="members; counts are rounded to the larger side's",
        ),
        sa.Column(
            "epsilon_milli",
            sa.Integer(),
            nullable=False,
            server_default="250",
            comment="thousandths of privacy loss a count may cost; the smaller side's makes the noise",
        ),
        sa.Column(
            "budget_milli",
            sa.Integer(),
            nullable=False,
            server_default="2000",
            comment="thousandths a year and ordered pair of communities; the smaller side's counts",
        ),
        sa.Column(
            "arrangement",
            sa.String(120),
            nullable=False,
            server_default="",
            comment="document by which its lists may be compared across borders; empty: none",
        ),
        sa.Column("arrangement_at", Utc(), nullable=True, comment="when that was recorded"),
    ):
        op.add_column("partnership_partner", column)
    for column in (
        sa.Column("segment_a", sa.String(40), nullable=False, server_default="", comment="empty: the whole audience"),
        sa.Column("segment_b", sa.String(40), nullable=False, server_default=""),
        sa.Column("size_a", sa.Integer(), nullable=False, server_default="0", comment="members compared"),
        sa.Column("size_b", sa.Integer(), nullable=False, server_default="0"),
        sa.Column(
            "epsilon_milli",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="thousandths; 0: counted before there was noise",
        ),
        sa.Column(
            "band", sa.String(40), nullable=False, server_default="", comment="band that is shown, kept for hysteresis"
        ),
        sa.Column("method", sa.String(30), nullable=False, server_default="keyed"),
        sa.Column("taken_back_at", Utc(), nullable=True, comment="when one of its audiences was taken back"),
    ):
        op.add_column("overlap", column)
    with op.batch_alter_table("overlap") as batch:
        batch.drop_constraint(op.f("uq_overlap_partnership_id_audience_a_id_audience_b_id"), type_="unique")
        batch.drop_constraint(op.f("ck_overlap_shared"), type_="check")
        batch.alter_column(
            "shared",
            new_column_name="noisy",
            existing_type=sa.Integer(),
            nullable=True,
            comment="count plus noise, may be negative; None once taken back",
        )
        batch.create_unique_constraint(
            "uq_overlap_pair", ["partnership_id", "audience_a_id", "audience_b_id", "segment_a", "segment_b"]
        )
    hold("overlap", {"count_method": ("keyed", "blind")}, [], {"count_method": "method"})
    for side in "ab":
        op.execute(
            f"UPDATE overlap SET size_{side} = (SELECT accepted FROM audience WHERE audience.id = overlap.audience_{side}_id)"
        )
    protect(["evaluation"])
    admit(TABLES, ["evaluation"])


def downgrade() -> None:
    """Drop them; overlaps between segments, and those taken back, go."""
    release(["evaluation"], last=False)
    op.execute("DELETE FROM overlap WHERE segment_a <> '' OR segment_b <> '' OR noisy IS NULL")
    op.execute("UPDATE overlap SET noisy = 0 WHERE noisy < 0")
    with op.batch_alter_table("overlap") as batch:
        batch.drop_constraint("uq_overlap_pair", type_="unique")
        batch.drop_constraint(op.f("ck_overlap_count_method"), type_="check")
        for name in ("segment_a", "segment_b", "size_a", "size_b", "epsilon_milli", "band", "method", "taken_back_at"):
            batch.drop_column(name)
        batch.alter_column(
            "noisy",
            new_column_name="shared",
            existing_type=sa.Integer(),
            nullable=False,
            comment="exact count; shown only through release",
        )
        batch.create_unique_constraint(
            op.f("uq_overlap_partnership_id_audience_a_id_audience_b_id"),
            ["partnership_id", "audience_a_id", "audience_b_id"],
        )
        batch.create_check_constraint(op.f("ck_overlap_shared"), "shared >= 0")
    for name in ("rounding", "epsilon_milli", "budget_milli", "arrangement", "arrangement_at"):
        op.drop_column("partnership_partner", name)
    for table in TABLES:
        op.drop_table(table)
