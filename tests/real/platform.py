"""An installation of its own for real data, spoken to by the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import Engine

from app.cli import main
from partners.database import open_engine


class Platform:
    """An installation of its own, spoken to by the command line."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.url = f"sqlite:///{var / 'tandem.db'}"

    def run(self, *words: object) -> Result:
        """Run a command that is expected to succeed."""
        env = {"TANDEM_VAR": str(self.var)}
        result = CliRunner().invoke(main, [str(word) for word in words], env=env, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    def engine(self) -> Engine:
        """Return an engine of its database."""
        return open_engine(self.url)
