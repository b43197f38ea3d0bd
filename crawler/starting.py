"""Makes the start of a crawl cheaper where it is imported before the libraries; it starts nothing.

What the collector walks through while they come in stays anyway: with its usual thresholds that is a sixth of the
start-up. A wave holds little that goes in circles, and is over in minutes.
"""

import gc
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def _bare_stacks() -> Iterator[None]:
    """Scrapy (2.19) looks up each caller with its lines of source, to name three classes that it no longer wants:
    a tenth of the start-up. Only the frames are looked at."""
    usual = inspect.stack
    setattr(inspect, "stack", _list_frames)  # noqa: B010  # mypy takes a plain assignment for a mistake
    try:
        yield
    finally:
        setattr(inspect, "stack", usual)  # noqa: B010


def _list_frames(context: int = 1) -> list[tuple[Any, ...]]:
    frames: list[tuple[Any, ...]] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        frames.append((frame, frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, None, None))
        frame = frame.f_back
    return frames


gc.set_threshold(50_000, 20, 50)
with _bare_stacks():
    import scrapy.core.downloader.contextfactory  # noqa: F401
