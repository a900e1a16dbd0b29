"""A mail server of a test's own: speaks just enough SMTP over TLS, and keeps what it was given."""

from __future__ import annotations

import datetime as dt
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class PostOffice:
    """Where it is reached, its certificate, what was handed in, and who signed in with what."""

    port: int
    certificate: Path
    mails: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@contextmanager
def post_office(folder: Path, begins_encrypted: bool) -> Iterator[PostOffice]:
    """Run a mail server until the block ends; encrypted from the first byte, or after STARTTLS."""
    certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Desk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _converse(self.request, context, begins_encrypted, office)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Desk) as server:
        server.daemon_threads = True
        office = PostOffice(server.server_address[1], certificate)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield office
        finally:
            server.shutdown()
            thread.join()


def _converse(connection: socket.socket, context: ssl.SSLContext, is_encrypted: bool, office: PostOffice) -> None:
    with ExitStack() as opened, suppress(ssl.SSLError, ConnectionError):
        if is_encrypted:
            connection = opened.enter_context(context.wrap_socket(connection, server_side=True))
        _talk(connection, context, office, opened)


def _talk(connection: socket.socket, context: ssl.SSLContext, office: PostOffice, opened: ExitStack) -> None:
    connection.sendall(b"220 ready\r\n")
    lines = opened.enter_context(connection.makefile("rb"))
    while line := lines.readline().decode().strip():
        office.said.append(line)
        word = line.split()[0].upper()
        if word == "EHLO":
            connection.sendall(b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
        elif word == "STARTTLS":
            connection.sendall(b"220 go on\r\n")
            connection = opened.enter_context(context.wrap_socket(connection, server_side=True))
            lines = opened.enter_context(connection.makefile("rb"))
        elif word == "AUTH":
            connection.sendall(b"235 welcome\r\n")
        elif word == "DATA":
            connection.sendall(b"354 go on\r\n")
            office.mails.append(b"".join(iter(lines.readline, b".\r\n")))
            connection.sendall(b"250 taken\r\n")
        elif word == "QUIT":
            connection.sendall(b"221 bye\r\n")
            return
        else:
            connection.sendall(b"250 ok\r\n")


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "post-office.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
