"""Outlets that are due are parted into batches: about so many hosts each, and no host in two of them."""

from dataclasses import replace

import pytest

from monitor.batches import find_hosts, make_batches
from seeds.catalogue import load_catalogue
from seeds.outlet import Outlet

CATALOGUE = load_catalogue().outlets


def _outlets(**hosts: str) -> dict[str, Outlet]:
    """Outlets whose feeds are on the hosts that are named, apart by spaces."""
    sample = next(outlet for outlet in CATALOGUE.values() if outlet.feeds)
    return {
        outlet_id: replace(
            sample, id=outlet_id, homepage="",
            feeds=tuple(replace(sample.feeds[0], url=f"https://{host}/rss") for host in names.split()),
        )
        for outlet_id, names in hosts.items()
    }


@pytest.mark.parametrize(
    ("hosts", "batches"),
    [
        pytest.param({}, [], id="nothing is due"),
        pytest.param({"a": "x", "b": "y"}, [["a", "b"]], id="all fit into one"),
        pytest.param({"a": "x", "b": "y", "c": "z"}, [["a", "b"], ["c"]], id="the third host is too many"),
        pytest.param({"a": "x", "b": "y", "c": "x"}, [["a", "c", "b"]], id="editions on one host stay together"),
        pytest.param({"a": "x", "b": "y", "c": "y x"}, [["a", "b", "c"]], id="one on two hosts joins them"),
        pytest.param({"a": "x y z"}, [["a"]], id="one with more hosts than a batch has is a batch"),
    ],
)
def test_outlets_that_share_a_host_are_in_one_batch(hosts: dict[str, str], batches: list[list[str]]) -> None:
    outlets = _outlets(**hosts)

    assert make_batches(list(hosts), outlets, size=2) == batches


def test_the_whole_catalogue_is_given_out_once_and_no_host_twice() -> None:
    batches = make_batches(list(CATALOGUE), CATALOGUE)

    hosts = [{host for outlet_id in batch for host in find_hosts(CATALOGUE[outlet_id])} for batch in batches]
    assert sorted(outlet_id for batch in batches for outlet_id in batch) == sorted(CATALOGUE)
    assert sum(map(len, hosts)) == len(set().union(*hosts))
    assert len(batches) > 4
