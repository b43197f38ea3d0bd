"""Writes the newsroom's outlets as a user's folder of seeds (`seeds_dir`), with the addresses of the moment."""

import re
from pathlib import Path
from typing import Any

import yaml

from seeds.newsroom.values import OutletPlay

NOTE = "An outlet of the demo newsroom: invented, served on loopback. Written anew at each start."


def write_outlet(folder: Path, outlet: OutletPlay, root: str, example: str) -> Path:
    """Writes `outlets/newsroom/<id>.yml` in `folder`; `root` is `http://host:port`, `example` an article's address."""
    file = folder / "outlets" / "newsroom" / f"{outlet.id}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    data = _describe(outlet, root, example)
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
    file.write_text(f"# {NOTE}\n{text}", encoding="utf-8")
    return file


def _describe(outlet: OutletPlay, root: str, example: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": outlet.name, "name_en": outlet.name_en, "country": outlet.country, "lang": outlet.lang,
        "kind": outlet.kind, "region": outlet.region, "home": outlet.home, "homepage": f"{root}/",
        "family": outlet.family,
        "feeds": [{"url": root + feed, "kind": outlet.feed_kind, "confidence": "seen"} for feed in outlet.feeds],
        "article": {"example": example, "pattern": f"^{re.escape(root)}{outlet.pattern}", "confidence": "seen"},
        "zone": str(outlet.zone), "evidence": "seeds/newsroom/outlets.yml", "notes": NOTE,
        "overrides": outlet.overrides,
    }
    return {key: value for key, value in data.items() if value}
