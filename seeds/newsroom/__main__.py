"""`python -m seeds.newsroom`: serves the newsroom until Ctrl-C and prints its addresses. It crawls nothing."""

import argparse
import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

from seeds.newsroom.library import load_outlets
from seeds.newsroom.server import Newsroom


def main() -> None:
    parser = argparse.ArgumentParser("python -m seeds.newsroom", description="Serve the demo newsroom on loopback.")
    parser.add_argument("--now", type=datetime.fromisoformat, default=None,
                        help="the moment to play, with zone, such as 2026-11-22T09:00+07:00 (default: the present)")
    parser.add_argument("--first-port", type=int, default=0, help="ports from here on (default: free ones)")
    parser.add_argument("--overlay", type=Path, default=None, help="a folder to write as seeds_dir")
    options = parser.parse_args()
    now = options.now or datetime.now(UTC)
    if now.tzinfo is None:
        parser.error("--now needs a zone, such as +07:00")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(now, options.first_port, options.overlay))


async def _serve(now: datetime, first_port: int, overlay: Path | None) -> None:
    ports = {key: first_port + n for n, key in enumerate(load_outlets())} if first_port else {}
    async with Newsroom(now, ports=ports) as newsroom:
        for outlet_id, desk in newsroom.desks.items():
            print(f"{outlet_id:16} {desk.outlet.name:28} {' '.join(newsroom.feed_urls(outlet_id))}", flush=True)
        if overlay:
            print(f"seeds_dir with {len(newsroom.write_overlay(overlay))} outlets: {overlay}", flush=True)
        print("demo newsroom is open; Ctrl-C closes it", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
