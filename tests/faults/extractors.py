"""One server for the extracting processes of all lives: each would load the same libraries for a server of its own."""

import multiprocessing
from multiprocessing import forkserver, resource_tracker


def share_extractors() -> None:
    """Starts it; whoever is forked from this process uses it, as long as any of them lives."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["crawler.extract"])
    forkserver.ensure_running()
    # It would ask after a child of its own.
    server = forkserver._forkserver  # type: ignore[attr-defined]
    server.ensure_running = resource_tracker.ensure_running
