"""On PostgreSQL: the role of the application, and row-level security on what belongs to one partner."""

from migrations.tenant_wall import lower_wall, raise_wall

revision = "2026_11_22_tenant_wall"
down_revision = "2026_11_22_bank_accounts"

APPEND_ONLY = (
    "audit_event",
    "terms",
    "signature",
    "stage_move",
    "partnership_move",
    "evidence",
    "journal_entry",
    "posting",
    "statement",
    "earning",
    "payout",
    "fit_weights",
)


def upgrade() -> None:
    """Raise the wall."""
    raise_wall(APPEND_ONLY)


def downgrade() -> None:
    """Lower it."""
    lower_wall()
