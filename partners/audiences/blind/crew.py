"""Doing many pieces of pure work on all cores of one machine, in processes that end with the one that began them."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any

Work = tuple[Callable[..., bytes], tuple[Any, ...]]
"""A function of a module, and its arguments."""

AHEAD = 4
"""Pieces that wait for each core; more would only hold memory."""


def worked(pieces: Sequence[Work], cores: int) -> Iterator[bytes]:
    """Yield what each piece of work returns, in order, as soon as it is there.

    Args:
        cores: processes; with one, or for one piece, the work is done in this process.
    """
    if cores < 2 or len(pieces) < 2:
        yield from (do(*arguments) for do, arguments in pieces)
        return
    context = multiprocessing.get_context("spawn")  # nothing of this process but the arguments goes along
    waiting: deque[Future[bytes]] = deque()
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_end_with_parent) as pool:
        try:
            for do, arguments in pieces:
                waiting.append(pool.submit(do, *arguments))
                if len(waiting) >= AHEAD * cores:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _end_with_parent() -> None:
    """End this process when the one that began it is gone; a pool would wait for its next order for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: Any) -> None:
    wait([sentinel])
    os._exit(1)
