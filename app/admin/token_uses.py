"""How a program uses a token: lines for a shell that work as they are, once the token and the file are there."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from flask_babel import gettext as _

_SIGNED = '-H "Authorization: Bearer $TANDEM_TOKEN"'
_CSV = f'{_SIGNED} -H "Content-Type: text/csv" --data-binary'


def uses(api: str, today: date) -> list[tuple[str, str]]:
    """Return (what for, the line) for programs that reach the API at this address."""
    ground = urlencode({
        "as_of": today, "expires_on": today + timedelta(days=365), "lawful_basis": "consent", "consent_text": "3",
        "collected_from": today - timedelta(days=365), "collected_to": today, "purpose": "joint campaigns",
        "region": "DE",
    })  # fmt: skip
    return [
        (_("Who am I?"), f"curl {_SIGNED} {api}/partner"),
        (_("Which statements are there?"), f'curl {_SIGNED} "{api}/statements?limit=50"'),
        (
            _("Send a file of conversions or refunds"),
            f'curl {_CSV} @conversions.csv "{api}/imports?name=conversions.csv"',
        ),
        (
            _("Send a list of a community as tokens; it waits to be confirmed"),
            f'curl {_CSV} @members.tokens.csv "{api}/communities/$COMMUNITY/audiences?{ground}"',
        ),
        (
            _("Take people who withdrew out of every list"),
            f'curl {_CSV} @withdrawn.tokens.csv "{api}/withdrawals"',
        ),
    ]
