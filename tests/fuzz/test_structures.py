"""Hypothesis: what is well formed but odd is read as it was meant; the same inputs every time, more in the soak.

What once failed stands in FAILED as a row, and is tried first.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from crawler.opml import Outline
from tests.fuzz.properties import PROPERTIES, Property
from tests.fuzz.structures import Document

SOAK = 50  # times as many
FAILED: dict[str, tuple[Any, ...]] = {
    "sitemap": tuple(Document(
        (f"<?xml version='1.0' encoding='{encoding}'?><urlset><url><loc>https://huengaynay.vn/a-1.html</loc>"
         "<title>충남도</title></url><url><loc>https://huengaynay.vn/a-2.html</loc></url></urlset>").encode(encoding),
        ("https://huengaynay.vn/a-1.html", "https://huengaynay.vn/a-2.html")) for encoding in ("euc-kr", "utf-16")),
    # One between two of a folder: they stand together when they come back.
    "opml": ([Outline("Huế", f"https://huengaynay.vn/{n}", folders=("a",) * (n != 1)) for n in range(3)],),
}


@pytest.mark.parametrize("name", FAILED)
def test_what_once_failed_holds(name: str) -> None:
    for made in FAILED[name]:
        PROPERTIES[name].hold(made)


@pytest.mark.parametrize("name", PROPERTIES)
def test_it_holds_for_odd_structures(name: str) -> None:
    _try(PROPERTIES[name], PROPERTIES[name].count)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("name", PROPERTIES)
def test_it_holds_for_many_odd_structures(name: str) -> None:
    _try(PROPERTIES[name], PROPERTIES[name].count * SOAK)


def _try(property: Property, count: int) -> None:
    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None, print_blob=False,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))
    @given(property.made)
    def hold(made: Any) -> None:
        property.hold(made)

    hold()
