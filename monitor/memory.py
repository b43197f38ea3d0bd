"""Keeps the process from holding more memory than it uses; it decides not when."""

import ctypes
import gc
from functools import cache
from typing import Any

M_ARENA_MAX = -8  # of glibc's malloc.h


def share_room() -> None:
    """Has all threads to come take their memory from one room of the C library's.

    glibc gives each a room of its own, which suits threads that work at the same moment: Python's take turns. What
    six readers at once had used of five rooms lay about in them for ever: 6 MB, and more with each busy hour.
    """
    if change := _find("mallopt"):
        change(M_ARENA_MAX, 1)


def give_back() -> None:
    """Collects what goes in circles, and has the C library let go of its free pages: some tens of milliseconds.

    The collector by itself comes seldom, as few of what a page or a wave makes outlives it, and glibc keeps what each
    of the many short threads has used: together 20 MB after 50 waves, and more with every hundred.
    """
    gc.collect()
    if trim := _find("malloc_trim"):
        trim(0)


@cache
def _find(name: str) -> Any:
    """A function of glibc's; None where the C library is another one, which needs no word for it."""
    return getattr(ctypes.CDLL(None), name, None)
