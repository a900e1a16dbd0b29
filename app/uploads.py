"""Uploaded files stay in memory while their request runs.

By default anything above 500 KB would be written to a temporary file in the clear. Lists of members must not touch the
disk, and the size of a request is bounded by ``Settings.upload_mb``.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Request


class MemoryRequest(Request):
    """A request whose uploaded files are kept in memory."""

    def _get_file_stream(self, *_sizes_and_names: object, **_more: object) -> IO[bytes]:
        return BytesIO()
