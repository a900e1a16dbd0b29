"""Settings from the environment, read once, frozen. Each field says its unit, its default and why."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between one installation and another."""

    var: Path
    """Folder for what this installation keeps: database, files, secrets. Default ``var`` beside this file."""

    database_url: str
    """``sqlite:///…`` or ``postgresql://…``. Default: a SQLite file in ``var``, so that nothing needs setting up."""

    secret_key: str
    """Signs session cookies. Default: made once and kept in ``var/secret_key``, readable by its owner only."""

    token_key: bytes
    """32 bytes that key the pseudonyms of buyers in evidence. Default: made once and kept in ``var/token_key``. Losing
    it makes buyers of old evidence look like others. Members' tokens are not made here."""

    seal_key: bytes
    """32 bytes that seal bank account numbers and keys of one-time codes. Default: made once and kept in
    ``var/seal_key``. Losing it means entering those anew."""

    base_url: str
    """Where people reach the platform; cookies are Secure when it begins with https. Default
    http://localhost:8000: by a name, because passkeys are bound to one."""

    port: int
    """TCP port of the web server. Default 8000."""

    upload_mb: int
    """Largest upload in megabytes. Default 192: five million members under two keys take 170, a million conversion
    lines 50. What is not in memory of it waits sealed in the folder for temporary files."""

    smtp_url: str = ""
    """``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``. Default empty: mails are written to
    ``var/mail``, one file each, so that everything can be tried without a mail server."""

    mail_from: str = "Tandem <tandem@localhost>"
    """Sender of mails. Default ``Tandem <tandem@localhost>``."""

    proxies: int = 0
    """How many reverse proxies stand before the web server; so many entries of X-Forwarded-For are believed. Default 0:
    the address of the connection counts."""

    cluster: str = ""
    """Address of a dask scheduler such as ``tcp://10.0.0.5:8786`` whose workers count overlaps; they need the folder of
    the file store under the same path, and ``pip install tandem[cluster]`` here and there. Default empty: the threads
    of the background worker count."""

    @property
    def store_folder(self) -> Path:
        """Folder of the file store: token files, uploads, documents."""
        return self.var / "files"

    @property
    def queue_path(self) -> Path:
        """SQLite file of the job queue; it holds job ids only and may be lost."""
        return self.var / "queue.db"


def load(environ: dict[str, str] | None = None) -> Settings:
    """Read the settings from ``TANDEM_…`` variables and ``PORT``; make and keep the two secrets on first use."""
    env = dict(os.environ if environ is None else environ)
    var = Path(env.get("TANDEM_VAR") or Path(__file__).parent / "var").resolve()
    var.mkdir(parents=True, exist_ok=True)
    port = int(env.get("PORT", "8000"))
    return Settings(
        var=var,
        database_url=env.get("TANDEM_DATABASE_URL") or f"sqlite:///{var / 'tandem.db'}",
        secret_key=env.get("TANDEM_SECRET_KEY") or _kept(var / "secret_key"),
        token_key=bytes.fromhex(env.get("TANDEM_TOKEN_KEY") or _kept(var / "token_key")),
        seal_key=bytes.fromhex(env.get("TANDEM_SEAL_KEY") or _kept(var / "seal_key")),
        base_url=env.get("TANDEM_BASE_URL") or f"http://localhost:{port}",
        port=port,
        smtp_url=env.get("TANDEM_SMTP_URL", ""),
        mail_from=env.get("TANDEM_MAIL_FROM") or "Tandem <tandem@localhost>",
        proxies=int(env.get("TANDEM_PROXIES", "0")),
        cluster=env.get("TANDEM_CLUSTER", ""),
        upload_mb=int(env.get("TANDEM_UPLOAD_MB", "192")),
    )


def _kept(path: Path) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_hex(32))
    return path.read_text().strip()
