"""The wire between a browser and Tandem: every byte that the browser sends is kept, so that nothing can hide in it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_BLOCK = 1 << 16


class Wire:
    """A door at a port of its own, with what went in through it."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._sent: list[bytes] = []
        self._open: list[socket.socket] = [self._door]
        self._threads: list[threading.Thread] = []
        self.port = int(self._door.getsockname()[1])

    @property
    def sent(self) -> bytes:
        """Everything that was sent so far."""
        return b"".join(self._sent)

    @contextmanager
    def to(self, port: int) -> Iterator[Wire]:
        """Lead to a server's port until the block ends."""
        self._start(self._admit, port)
        try:
            yield self
        finally:
            for end in list(self._open):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            for thread in list(self._threads):
                thread.join()
            for end in self._open:
                end.close()

    def _start(self, act: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=act, args=args)
        self._threads.append(thread)
        thread.start()

    def _admit(self, port: int) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                guest, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", port))
                self._open += [guest, server]
                self._start(_pass_on, guest, server, self._sent)
                self._start(_pass_on, server, guest, [])


def _pass_on(source: socket.socket, target: socket.socket, kept: list[bytes]) -> None:
    with suppress(OSError):  # either end went away
        while block := source.recv(_BLOCK):
            kept.append(block)
            target.sendall(block)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
