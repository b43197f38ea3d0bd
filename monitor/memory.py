"""Gives back to the system what the process no longer uses; it decides not when."""

import ctypes
import gc
from functools import cache
from typing import Any


def give_back() -> None:
    """Collects what goes in circles, and has the C library let go of its free pages: some tens of milliseconds.

    The collector by itself comes seldom, as few of what a page or a wave makes outlives it, and glibc keeps what each
    of the many short threads has used: together 20 MB after 50 waves, and more with every hundred.
    """
    gc.collect()
    if trim := _find_trim():
        trim(0)


@cache
def _find_trim() -> Any:
    """glibc's `malloc_trim`; None where the C library is another one, which needs no word for it."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
