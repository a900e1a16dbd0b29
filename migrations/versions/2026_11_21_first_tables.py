"""First tables: directory, audiences, campaigns, evidence, ledger, revenue, jobs and the audit log."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release
from partners.database import BigInt as BIG
from partners.database import Utc

revision = "2026_11_21_first_tables"
down_revision = None

APPEND_ONLY = (
    "audit_event",
    "terms",
    "signature",
    "stage_move",
    "evidence",
    "journal_entry",
    "posting",
    "statement",
    "earning",
    "payout",
)


def upgrade() -> None:
    """Create every table and make history append-only."""
    op.create_table(
        "audit_event",
        sa.Column("seq", BIG, autoincrement=False, nullable=False, comment="1, 2, 3 … without a gap"),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("user_id", sa.String(length=16), nullable=True, comment="None where the platform itself acted"),
        sa.Column("seat_id", sa.String(length=16), nullable=True),
        sa.Column("partner_id", sa.String(length=16), nullable=True, comment="the brand the actor acted for"),
        sa.Column("action", sa.String(length=40), nullable=False, comment="verb_noun of the service"),
        sa.Column("thing", sa.String(length=40), nullable=False, comment="table of what changed"),
        sa.Column("thing_id", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_partner_id"), "audit_event", ["partner_id"], unique=False)
    op.create_index(op.f("ix_audit_event_thing_id"), "audit_event", ["thing_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="noun.participle, such as period.closed"),
        sa.Column("subject_id", sa.String(), nullable=False, comment="id of the row it happened to"),
        sa.Column("partner_id", sa.String(length=16), nullable=True, comment="whose users may watch the jobs"),
        sa.Column("user_id", sa.String(length=16), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("dispatched_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index(op.f("ix_outbox_event_dispatched_at"), "outbox_event", ["dispatched_at"], unique=False)
    op.create_table(
        "partner",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False, comment="short name in files, lower case"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "name_zh", sa.String(length=120), nullable=False, comment="empty where the brand has no Chinese name"
        ),
        sa.Column(
            "partner_type",
            sa.Enum(
                "brand",
                "creator",
                "ip_owner",
                "platform",
                "agency",
                "nonprofit",
                name="partner_type",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False, comment="ISO 3166 country of the head office"),
        sa.Column("about", sa.String(length=400), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_table(
        "sign_in_guard",
        sa.Column("key", sa.String(length=64), nullable=False, comment="SHA-256, so that no address is kept"),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Utc(), nullable=False, comment="first failure of the window that is counted"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_guard")),
    )
    op.create_table(
        "stored_document",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=16), nullable=False, comment="statement or campaign"),
        sa.Column("language", sa.String(), nullable=False, comment="en or zh"),
        sa.Column("store_key", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the bytes"),
        sa.Column("rendered_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_document")),
        sa.UniqueConstraint("subject_id", "language", name=op.f("uq_stored_document_subject_id_language")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False, comment="lower case"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_digest", sa.String(), nullable=False, comment="argon2id"),
        sa.Column("locale", sa.String(), nullable=False, comment="en or zh"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "community",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False, comment="short name in files, lower case"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False, comment="where it meets: wechat, email, store …"),
        sa.Column("about", sa.String(length=400), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_community_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("code", name=op.f("uq_community_code")),
    )
    op.create_index(op.f("ix_community_partner_id"), "community", ["partner_id"], unique=False)
    op.create_table(
        "import",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=120), nullable=False),
        sa.Column("source_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "source_key", sa.String(length=120), nullable=False, comment="key of its rows in the store, buyers keyed"
        ),
        sa.Column(
            "kind",
            sa.Enum("conversion", "refund", name="evidence_kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
            comment="told by the header row",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "reading", "done", name="import_state", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False, comment="check point: rows before it are settled"),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False, comment="rows that were reported before, word for word"),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("set_aside_at", Utc(), nullable=True, comment="when a person had dealt with the rejected rows"),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_import_created_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_import_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
        sa.UniqueConstraint("partner_id", "source_digest", name=op.f("uq_import_partner_id_source_digest")),
    )
    op.create_index(op.f("ix_import_partner_id"), "import", ["partner_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("handler", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="job_state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("heartbeat_at", Utc(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("error", sa.String(length=400), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.CheckConstraint("progress >= 0 AND progress <= total", name=op.f("ck_job_progress")),
        sa.ForeignKeyConstraint(["event_id"], ["outbox_event.id"], name=op.f("fk_job_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("event_id", "handler", name=op.f("uq_job_event_id_handler")),
    )
    op.create_index(op.f("ix_job_partner_id"), "job", ["partner_id"], unique=False)
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)
    op.create_index("ix_job_subject", "job", ["subject_id", "handler"], unique=False)
    op.create_table(
        "legal_entity",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False, comment="series of its statement numbers, upper case"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("country", sa.String(), nullable=False, comment="ISO 3166, two letters"),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("tax_number", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_legal_entity_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_entity")),
        sa.UniqueConstraint("code", name=op.f("uq_legal_entity_code")),
    )
    op.create_index(op.f("ix_legal_entity_partner_id"), "legal_entity", ["partner_id"], unique=False)
    op.create_table(
        "partnership",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "invited",
                "exploring",
                "signed",
                "ended",
                name="partnership_stage",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "timezone",
            sa.String(length=40),
            nullable=False,
            comment="IANA name; its accounting months begin at midnight there",
        ),
        sa.Column("last_seq", sa.Integer(), nullable=False, comment="number of its newest evidence"),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True, comment="None until a side declines or ends it"),
        sa.Column("ended_by", sa.String(length=16), nullable=True, comment="the side that did"),
        sa.ForeignKeyConstraint(["ended_by"], ["partner.id"], name=op.f("fk_partnership_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
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
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_seat_partner_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_seat_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("user_id", "partner_id", "role", name=op.f("uq_seat_user_id_partner_id_role")),
    )
    op.create_index(op.f("ix_seat_partner_id"), "seat", ["partner_id"], unique=False)
    op.create_index(op.f("ix_seat_user_id"), "seat", ["user_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "share_expense",
                "payable",
                "cash",
                name="account_kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.String(length=16), nullable=False, comment="payer of an expense, payee of a payable"),
        sa.Column("counterparty_id", sa.String(length=16), nullable=False, comment="the other side of the same debt"),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.ForeignKeyConstraint(["counterparty_id"], ["partner.id"], name=op.f("fk_account_counterparty_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["partner.id"], name=op.f("fk_account_owner_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_account_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint(
            "partnership_id",
            "kind",
            "owner_id",
            "counterparty_id",
            "currency",
            name=op.f("uq_account_partnership_id_kind_owner_id_counterparty_id_currency"),
        ),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False, comment="AGR-2026-0001"),
        sa.Column(
            "currency", sa.String(length=3), nullable=False, comment="settlement currency, the same in every version"
        ),
        sa.Column(
            "terms_in_force_id",
            sa.String(length=16),
            nullable=True,
            comment="newest version that every party has signed",
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_agreement_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
    )
    op.create_index(op.f("ix_agreement_partnership_id"), "agreement", ["partnership_id"], unique=False)
    op.create_table(
        "audience",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column(
            "lawful_basis",
            sa.Enum(
                "consent",
                "contract",
                "legitimate_interest",
                name="lawful_basis",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("source_name", sa.String(length=120), nullable=False, comment="name of the uploaded file"),
        sa.Column(
            "source_digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the uploaded bytes; the same file is refused twice",
        ),
        sa.Column("accepted", sa.Integer(), nullable=False, comment="distinct members"),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False, comment="rejected rows by reason"),
        sa.Column(
            "token_key",
            sa.String(length=120),
            nullable=False,
            comment="key of the token file in the store: sorted unsigned 64-bit",
        ),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("accepted > 0", name=op.f("ck_audience_not_empty")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_audience_community_id")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_audience_created_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_audience_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience")),
        sa.UniqueConstraint("community_id", "source_digest", name=op.f("uq_audience_community_id_source_digest")),
    )
    op.create_index(op.f("ix_audience_community_id"), "audience", ["community_id"], unique=False)
    op.create_index(op.f("ix_audience_partner_id"), "audience", ["partner_id"], unique=False)
    op.create_table(
        "import_failure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("import_id", sa.String(length=16), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False, comment="line of the file, the header is 1"),
        sa.Column("column_name", sa.String(length=40), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False, comment="name of a class in referrals.problems"),
        sa.Column("fields", sa.JSON(), nullable=False, comment="what its sentence is filled with"),
        sa.Column("values", sa.JSON(), nullable=False, comment="the row, to be mended and sent again; buyers keyed"),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_failure_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_failure")),
        sa.UniqueConstraint("import_id", "row_no", name=op.f("uq_import_failure_import_id_row_no")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("seq", BIG, nullable=False, comment="1, 2, 3 … without a gap"),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False, comment="idempotency key, such as statement:…:issue"),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("posted_at", Utc(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_journal_entry_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_journal_entry_key")),
        sa.UniqueConstraint("seq", name=op.f("uq_journal_entry_seq")),
    )
    op.create_index(op.f("ix_journal_entry_partnership_id"), "journal_entry", ["partnership_id"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("legal_entity_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_number_series_legal_entity_id")
        ),
        sa.PrimaryKeyConstraint("legal_entity_id", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "partnership_partner",
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("accepted_at", Utc(), nullable=True, comment="None while the invitation is open"),
        sa.Column("accepted_by", sa.String(length=16), nullable=True),
        sa.Column(
            "floor",
            sa.Integer(),
            nullable=False,
            comment="members; no smaller overlap is shown; the larger floor counts",
        ),
        sa.ForeignKeyConstraint(["accepted_by"], ["user.id"], name=op.f("fk_partnership_partner_accepted_by")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partnership_partner_partner_id")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_partnership_partner_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "partner_id", name=op.f("pk_partnership_partner")),
    )
    op.create_index(op.f("ix_partnership_partner_partner_id"), "partnership_partner", ["partner_id"], unique=False)
    op.create_table(
        "period",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(), nullable=False, comment="2026-09"),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closing",
                "drafted",
                "issued",
                name="period_state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "watermark", sa.BigInteger(), nullable=True, comment="last evidence number it reads; None while open"
        ),
        sa.Column(
            "entry_watermark",
            sa.BigInteger(),
            nullable=True,
            comment="last journal number it reads, for payouts; None while open",
        ),
        sa.Column("closed_by", sa.String(length=16), nullable=True, comment="the preparer"),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (watermark IS NULL)", name=op.f("ck_period_watermark")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_period_order")),
        sa.ForeignKeyConstraint(["closed_by"], ["user.id"], name=op.f("fk_period_closed_by")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_period_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("partnership_id", "label", name=op.f("uq_period_partnership_id_label")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("payer_id", sa.String(length=16), nullable=False),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="of the sorted digests of all the payer's drafts"
        ),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("approved_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["payer_id"], ["partner.id"], name=op.f("fk_approval_payer_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_approval_period_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_approval_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("period_id", "payer_id", name=op.f("uq_approval_period_id_payer_id")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False, comment="short name in files, lower case"),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("agreement_id", sa.String(length=16), nullable=True, comment="None until terms are proposed"),
        sa.Column("proposer_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "campaign_type",
            sa.Enum(
                "joint_brand",
                "joint_marketing",
                "joint_content",
                "joint_promotion",
                "event",
                "referral_programme",
                name="campaign_type",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("objective", sa.String(length=400), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="last day, inclusive, in the partnership's time zone"),
        sa.Column(
            "stage",
            sa.Enum(
                "idea",
                "exploring",
                "negotiated",
                "signed",
                "planned",
                "approved",
                "live",
                "paused",
                "ended",
                "settled",
                "reviewed",
                "cancelled",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("lessons", sa.String(length=400), nullable=False, comment="written at the review"),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint(
            "agreement_id IS NOT NULL OR stage IN ('idea', 'exploring', 'cancelled')",
            name=op.f("ck_campaign_agreement"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaign_dates")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_campaign_agreement_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_campaign_partnership_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["partner.id"], name=op.f("fk_campaign_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_index(op.f("ix_campaign_agreement_id"), "campaign", ["agreement_id"], unique=False)
    op.create_index(op.f("ix_campaign_partnership_id"), "campaign", ["partnership_id"], unique=False)
    op.create_index(op.f("ix_campaign_stage"), "campaign", ["stage"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("payer_id", sa.String(length=16), nullable=False),
        sa.Column("payee_id", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.Column("legal_entity_id", sa.String(length=16), nullable=False, comment="of the payer, will issue it"),
        sa.Column("earned_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("reversed_minor", sa.BigInteger(), nullable=False, comment="zero or positive; taken off"),
        sa.Column(
            "closing_minor", sa.BigInteger(), nullable=False, comment="negative where the payee owes; carried on"
        ),
        sa.Column("totals", sa.JSON(), nullable=False, comment="of the settlement, so that a page need not read it"),
        sa.Column("settlement", sa.JSON(), nullable=False, comment="see revenue.bundle"),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="of the settlement; what an approver approves"
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_draft_legal_entity_id")),
        sa.ForeignKeyConstraint(["payee_id"], ["partner.id"], name=op.f("fk_draft_payee_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["partner.id"], name=op.f("fk_draft_payer_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_draft_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint(
            "period_id", "payer_id", "payee_id", "currency", name=op.f("uq_draft_period_id_payer_id_payee_id_currency")
        ),
    )
    op.create_index(op.f("ix_draft_period_id"), "draft", ["period_id"], unique=False)
    op.create_table(
        "overlap",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("audience_a_id", sa.String(length=16), nullable=False),
        sa.Column("audience_b_id", sa.String(length=16), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False, comment="exact count; shown only through release"),
        sa.Column("computed_at", Utc(), nullable=False),
        sa.CheckConstraint("audience_a_id < audience_b_id", name=op.f("ck_overlap_ordered")),
        sa.CheckConstraint("shared >= 0", name=op.f("ck_overlap_shared")),
        sa.ForeignKeyConstraint(["audience_a_id"], ["audience.id"], name=op.f("fk_overlap_audience_a_id")),
        sa.ForeignKeyConstraint(["audience_b_id"], ["audience.id"], name=op.f("fk_overlap_audience_b_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_overlap_partnership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlap")),
        sa.UniqueConstraint(
            "partnership_id",
            "audience_a_id",
            "audience_b_id",
            name=op.f("uq_overlap_partnership_id_audience_a_id_audience_b_id"),
        ),
    )
    op.create_index(op.f("ix_overlap_audience_a_id"), "overlap", ["audience_a_id"], unique=False)
    op.create_index(op.f("ix_overlap_audience_b_id"), "overlap", ["audience_b_id"], unique=False)
    op.create_index(op.f("ix_overlap_partnership_id"), "overlap", ["partnership_id"], unique=False)
    op.create_table(
        "party",
        sa.Column("agreement_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("legal_entity_id", sa.String(length=16), nullable=False),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="0, 1, 2 …: order in the split, breaks ties of rounding"
        ),
        sa.Column("is_merchant", sa.Boolean(), nullable=False, comment="sells and owes; every party may earn"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_party_agreement_id")),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_party_legal_entity_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_party_partner_id")),
        sa.PrimaryKeyConstraint("agreement_id", "partner_id", name=op.f("pk_party")),
    )
    op.create_index(op.f("ix_party_partner_id"), "party", ["partner_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("entry_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_posting_not_zero")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_posting_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_posting_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_account_id"), "posting", ["account_id"], unique=False)
    op.create_index(op.f("ix_posting_entry_id"), "posting", ["entry_id"], unique=False)
    op.create_table(
        "statement",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False, comment="TEA-2026-0009"),
        sa.Column("legal_entity_id", sa.String(length=16), nullable=False, comment="issues it: the payer"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "ordinal", sa.Integer(), nullable=False, comment="1, 2, 3 … without a gap, per legal entity and year"
        ),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("payer_id", sa.String(length=16), nullable=False),
        sa.Column("payee_id", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("earned_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("reversed_minor", sa.BigInteger(), nullable=False, comment="zero or positive; taken off"),
        sa.Column(
            "paid_minor", sa.BigInteger(), nullable=False, comment="payouts since the previous statement; taken off"
        ),
        sa.Column("closing_minor", sa.BigInteger(), nullable=False, comment="opening + earned - reversed - paid"),
        sa.Column("document", sa.JSON(), nullable=False, comment="see revenue.bundle"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Utc(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_statement_legal_entity_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_statement_partnership_id")),
        sa.ForeignKeyConstraint(["payee_id"], ["partner.id"], name=op.f("fk_statement_payee_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["partner.id"], name=op.f("fk_statement_payer_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_statement_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("digest", name=op.f("uq_statement_digest")),
        sa.UniqueConstraint(
            "legal_entity_id", "year", "ordinal", name=op.f("uq_statement_legal_entity_id_year_ordinal")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_statement_number")),
        sa.UniqueConstraint(
            "period_id",
            "payer_id",
            "payee_id",
            "currency",
            name=op.f("uq_statement_period_id_payer_id_payee_id_currency"),
        ),
    )
    op.create_index(
        "ix_statement_chain", "statement", ["partnership_id", "payer_id", "payee_id", "currency"], unique=False
    )
    op.create_index(op.f("ix_statement_payee_id"), "statement", ["payee_id"], unique=False)
    op.create_index(op.f("ix_statement_payer_id"), "statement", ["payer_id"], unique=False)
    op.create_table(
        "terms",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("agreement_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False, comment="see campaigns.terms"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.String(length=16), nullable=False),
        sa.Column("author_partner_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_terms_agreement_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_terms_author_id")),
        sa.ForeignKeyConstraint(["author_partner_id"], ["partner.id"], name=op.f("fk_terms_author_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("agreement_id", "version", name=op.f("uq_terms_agreement_id_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_terms_digest")),
    )
    op.create_index(op.f("ix_terms_agreement_id"), "terms", ["agreement_id"], unique=False)
    op.create_table(
        "campaign_community",
        sa.Column("campaign_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_community_campaign_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_campaign_community_community_id")),
        sa.PrimaryKeyConstraint("campaign_id", "community_id", name=op.f("pk_campaign_community")),
    )
    op.create_index(op.f("ix_campaign_community_community_id"), "campaign_community", ["community_id"], unique=False)
    op.create_table(
        "campaign_day",
        sa.Column("campaign_id", sa.String(length=16), nullable=False),
        sa.Column("merchant_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="in the partnership's time zone"),
        sa.Column(
            "community_id",
            sa.String(length=16),
            nullable=False,
            comment="that sent the buyer; empty where not referred",
        ),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("base_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("new_customers", sa.Integer(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_day_campaign_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["partner.id"], name=op.f("fk_campaign_day_merchant_id")),
        sa.PrimaryKeyConstraint("campaign_id", "merchant_id", "day", "community_id", name=op.f("pk_campaign_day")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", BIG, nullable=False),
        sa.Column("partnership_id", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("conversion", "refund", name="evidence_kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "key",
            sa.String(length=120),
            nullable=False,
            comment="conversion: order/line; refund: refund:its id; once per merchant",
        ),
        sa.Column("merchant_id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", sa.String(length=16), nullable=False),
        sa.Column(
            "terms_id", sa.String(length=16), nullable=False, comment="in force when the sale occurred, for ever"
        ),
        sa.Column("refers_to", BIG, nullable=True, comment="a refund's conversion"),
        sa.Column("order_id", sa.String(length=40), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Utc(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column(
            "gross_minor", sa.BigInteger(), nullable=False, comment="paid incl. tax; for a refund, what was paid back"
        ),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("payment_fee_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column(
            "base_minor",
            sa.BigInteger(),
            nullable=False,
            comment="what the rule is applied to, after the terms' base; 0 for a refund",
        ),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column(
            "customer_token",
            sa.BigInteger(),
            nullable=True,
            comment="keyed pseudonym of the buyer at this merchant, 64 bits; None where not given",
        ),
        sa.Column(
            "is_new_customer",
            sa.Boolean(),
            nullable=False,
            comment="first line of this buyer at this merchant that is recorded here",
        ),
        sa.Column(
            "from_community_id",
            sa.String(length=16),
            nullable=True,
            comment="community that sent the buyer; None where not referred",
        ),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of the canonical event as reported"),
        sa.CheckConstraint("(kind = 'refund') = (refers_to IS NOT NULL)", name=op.f("ck_evidence_refund_refers")),
        sa.CheckConstraint("gross_minor >= 0 AND base_minor >= 0", name=op.f("ck_evidence_not_negative")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_evidence_campaign_id")),
        sa.ForeignKeyConstraint(["from_community_id"], ["community.id"], name=op.f("fk_evidence_from_community_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["partner.id"], name=op.f("fk_evidence_merchant_id")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_evidence_partnership_id")),
        sa.ForeignKeyConstraint(["refers_to"], ["evidence.id"], name=op.f("fk_evidence_refers_to")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms.id"], name=op.f("fk_evidence_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("partnership_id", "seq", name=op.f("uq_evidence_partnership_id_seq")),
    )
    op.create_index("ix_evidence_campaign_occurred", "evidence", ["campaign_id", "occurred_at"], unique=False)
    op.create_index(
        "ix_evidence_customer_token",
        "evidence",
        ["customer_token"],
        unique=False,
        postgresql_where=sa.text("customer_token IS NOT NULL"),
        sqlite_where=sa.text("customer_token IS NOT NULL"),
    )
    op.create_index(
        "ix_evidence_refers_to",
        "evidence",
        ["refers_to"],
        unique=False,
        postgresql_where=sa.text("refers_to IS NOT NULL"),
        sqlite_where=sa.text("refers_to IS NOT NULL"),
    )
    op.create_index(
        "uq_evidence_line",
        "evidence",
        ["merchant_id", "order_id", "line_no"],
        unique=True,
        postgresql_where=sa.text("refers_to IS NULL"),
        sqlite_where=sa.text("refers_to IS NULL"),
    )
    op.create_index(
        "uq_evidence_refund",
        "evidence",
        ["merchant_id", "key"],
        unique=True,
        postgresql_where=sa.text("refers_to IS NOT NULL"),
        sqlite_where=sa.text("refers_to IS NOT NULL"),
    )
    op.create_table(
        "goal",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", sa.String(length=16), nullable=False),
        sa.Column(
            "kpi",
            sa.Enum(
                "revenue",
                "orders",
                "new_customers",
                "referred_orders",
                name="goal_kpi",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("baseline", sa.BigInteger(), nullable=False, comment="minor units for revenue, else a count"),
        sa.Column("target", sa.BigInteger(), nullable=False, comment="minor units for revenue, else a count"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint("target > baseline AND baseline >= 0", name=op.f("ck_goal_target")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_goal_campaign_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["partner.id"], name=op.f("fk_goal_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("campaign_id", "kpi", name=op.f("uq_goal_campaign_id_kpi")),
    )
    op.create_index(op.f("ix_goal_campaign_id"), "goal", ["campaign_id"], unique=False)
    op.create_table(
        "payout",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("statement_id", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False, comment="of the bank"),
        sa.Column("entry_seq", sa.BigInteger(), nullable=False, comment="number of its journal entry"),
        sa.Column("recorded_by", sa.String(length=16), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_positive")),
        sa.ForeignKeyConstraint(["recorded_by"], ["user.id"], name=op.f("fk_payout_recorded_by")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_payout_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("entry_seq", name=op.f("uq_payout_entry_seq")),
        sa.UniqueConstraint("statement_id", "reference", name=op.f("uq_payout_statement_id_reference")),
    )
    op.create_index(op.f("ix_payout_statement_id"), "payout", ["statement_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("terms_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_signature_partner_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms.id"], name=op.f("fk_signature_terms_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_signature_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("terms_id", "partner_id", name=op.f("uq_signature_terms_id_partner_id")),
    )
    op.create_table(
        "stage_move",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("campaign_id", sa.String(length=16), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum(
                "idea",
                "exploring",
                "negotiated",
                "signed",
                "planned",
                "approved",
                "live",
                "paused",
                "ended",
                "settled",
                "reviewed",
                "cancelled",
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
                "idea",
                "exploring",
                "negotiated",
                "signed",
                "planned",
                "approved",
                "live",
                "paused",
                "ended",
                "settled",
                "reviewed",
                "cancelled",
                name="to_stage",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("user_id", sa.String(length=16), nullable=False),
        sa.Column("partner_id", sa.String(length=16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_stage_move_campaign_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_stage_move_partner_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_stage_move_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_move")),
    )
    op.create_index(op.f("ix_stage_move_campaign_id"), "stage_move", ["campaign_id"], unique=False)
    op.create_table(
        "earning",
        sa.Column("id", BIG, nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("evidence_id", BIG, nullable=False),
        sa.Column("conversion_id", BIG, nullable=False, comment="the evidence itself, or what a refund refers to"),
        sa.Column("payer_id", sa.String(length=16), nullable=False),
        sa.Column("payee_id", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False, comment="minor units of the currency"),
        sa.ForeignKeyConstraint(["conversion_id"], ["evidence.id"], name=op.f("fk_earning_conversion_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_earning_evidence_id")),
        sa.ForeignKeyConstraint(["payee_id"], ["partner.id"], name=op.f("fk_earning_payee_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["partner.id"], name=op.f("fk_earning_payer_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_earning_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earning")),
        sa.UniqueConstraint("evidence_id", "payee_id", name=op.f("uq_earning_evidence_id_payee_id")),
    )
    op.create_index(op.f("ix_earning_conversion_id"), "earning", ["conversion_id"], unique=False)
    op.create_index("ix_earning_period", "earning", ["period_id", "payer_id"], unique=False)
    protect(APPEND_ONLY)


def downgrade() -> None:
    """Drop every table."""
    release(APPEND_ONLY)
    op.drop_index("ix_earning_period", table_name="earning")
    op.drop_index(op.f("ix_earning_conversion_id"), table_name="earning")
    op.drop_table("earning")
    op.drop_index(op.f("ix_stage_move_campaign_id"), table_name="stage_move")
    op.drop_table("stage_move")
    op.drop_table("signature")
    op.drop_index(op.f("ix_payout_statement_id"), table_name="payout")
    op.drop_table("payout")
    op.drop_index(op.f("ix_goal_campaign_id"), table_name="goal")
    op.drop_table("goal")
    op.drop_index(
        "uq_evidence_refund",
        table_name="evidence",
        postgresql_where=sa.text("refers_to IS NOT NULL"),
        sqlite_where=sa.text("refers_to IS NOT NULL"),
    )
    op.drop_index(
        "uq_evidence_line",
        table_name="evidence",
        postgresql_where=sa.text("refers_to IS NULL"),
        sqlite_where=sa.text("refers_to IS NULL"),
    )
    op.drop_index(
        "ix_evidence_refers_to",
        table_name="evidence",
        postgresql_where=sa.text("refers_to IS NOT NULL"),
        sqlite_where=sa.text("refers_to IS NOT NULL"),
    )
    op.drop_index(
        "ix_evidence_customer_token",
        table_name="evidence",
        postgresql_where=sa.text("customer_token IS NOT NULL"),
        sqlite_where=sa.text("customer_token IS NOT NULL"),
    )
    op.drop_index("ix_evidence_campaign_occurred", table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("campaign_day")
    op.drop_index(op.f("ix_campaign_community_community_id"), table_name="campaign_community")
    op.drop_table("campaign_community")
    op.drop_index(op.f("ix_terms_agreement_id"), table_name="terms")
    op.drop_table("terms")
    op.drop_index(op.f("ix_statement_payer_id"), table_name="statement")
    op.drop_index(op.f("ix_statement_payee_id"), table_name="statement")
    op.drop_index("ix_statement_chain", table_name="statement")
    op.drop_table("statement")
    op.drop_index(op.f("ix_posting_entry_id"), table_name="posting")
    op.drop_index(op.f("ix_posting_account_id"), table_name="posting")
    op.drop_table("posting")
    op.drop_index(op.f("ix_party_partner_id"), table_name="party")
    op.drop_table("party")
    op.drop_index(op.f("ix_overlap_partnership_id"), table_name="overlap")
    op.drop_index(op.f("ix_overlap_audience_b_id"), table_name="overlap")
    op.drop_index(op.f("ix_overlap_audience_a_id"), table_name="overlap")
    op.drop_table("overlap")
    op.drop_index(op.f("ix_draft_period_id"), table_name="draft")
    op.drop_table("draft")
    op.drop_index(op.f("ix_campaign_stage"), table_name="campaign")
    op.drop_index(op.f("ix_campaign_partnership_id"), table_name="campaign")
    op.drop_index(op.f("ix_campaign_agreement_id"), table_name="campaign")
    op.drop_table("campaign")
    op.drop_table("approval")
    op.drop_table("period")
    op.drop_index(op.f("ix_partnership_partner_partner_id"), table_name="partnership_partner")
    op.drop_table("partnership_partner")
    op.drop_table("number_series")
    op.drop_index(op.f("ix_journal_entry_partnership_id"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("import_failure")
    op.drop_index(op.f("ix_audience_partner_id"), table_name="audience")
    op.drop_index(op.f("ix_audience_community_id"), table_name="audience")
    op.drop_table("audience")
    op.drop_index(op.f("ix_agreement_partnership_id"), table_name="agreement")
    op.drop_table("agreement")
    op.drop_table("account")
    op.drop_index(op.f("ix_seat_user_id"), table_name="seat")
    op.drop_index(op.f("ix_seat_partner_id"), table_name="seat")
    op.drop_table("seat")
    op.drop_table("partnership")
    op.drop_index(op.f("ix_legal_entity_partner_id"), table_name="legal_entity")
    op.drop_table("legal_entity")
    op.drop_index("ix_job_subject", table_name="job")
    op.drop_index(op.f("ix_job_state"), table_name="job")
    op.drop_index(op.f("ix_job_partner_id"), table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_import_partner_id"), table_name="import")
    op.drop_table("import")
    op.drop_index(op.f("ix_community_partner_id"), table_name="community")
    op.drop_table("community")
    op.drop_table("user")
    op.drop_table("stored_document")
    op.drop_table("sign_in_guard")
    op.drop_table("partner")
    op.drop_index(op.f("ix_outbox_event_dispatched_at"), table_name="outbox_event")
    op.drop_table("outbox_event")
    op.drop_table("ledger_head")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_event_thing_id"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_partner_id"), table_name="audit_event")
    op.drop_table("audit_event")
