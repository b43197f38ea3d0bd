"""How long the seeds take to load, in CPU time, against parsing the same YAML with the plain library."""

import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from seeds.catalogue import load_catalogue
from seeds.gazetteer import load_gazetteer

SEEDS = Path(__file__).parents[2] / "seeds"


def measure_loading() -> Iterator[tuple[str, str, str]]:
    """CPU seconds for catalogue and gazetteer, and the catalogue's ratio to bare parsing of its files."""
    start = time.process_time()
    for path in [*SEEDS.glob("outlets/*/*.yml"), *SEEDS.glob("families/*.yml")]:
        yaml.load(path.read_bytes(), yaml.CSafeLoader)
    bare = time.process_time() - start
    start = time.process_time()
    load_catalogue()
    loaded = time.process_time() - start
    yield "catalogue: loaded and checked, against parsing alone", f"{loaded / bare:.1f} x", f"{loaded:.2f} s CPU"
    start = time.process_time()
    load_gazetteer()
    yield "gazetteer: loaded and checked", f"{time.process_time() - start:.2f} s CPU", ""
