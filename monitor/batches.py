"""Parts the outlets that are due into batches for workers; it neither asks the store nor queues anything."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from seeds.outlet import Outlet

# Hosts of one batch. Start-up is shared by the batch; the pauses that politeness wants are shared too, as a crawl
# goes on with other hosts meanwhile. Measured in tests/bench/workers.py.
BATCH_HOSTS = 20


def make_batches(due: Sequence[str], outlets: Mapping[str, Outlet], size: int = BATCH_HOSTS) -> list[list[str]]:
    """Outlets' ids in batches of about `size` hosts, in the order of `due`; outlets that share a host stay together.

    Together, so that two workers do not wait for each other's lease on it.
    """
    batches: list[list[str]] = []
    hosts = size
    for group in _group(due, outlets):
        width = len({host for outlet_id in group for host in find_hosts(outlets[outlet_id])})
        if hosts + width > size:
            batches.append([])
            hosts = 0
        batches[-1] += group
        hosts += width
    return batches


def find_hosts(outlet: Outlet) -> set[str]:
    """The hosts of the outlet's feeds and homepage."""
    return {urlsplit(url).netloc.lower() for url in (outlet.homepage, *(feed.url for feed in outlet.feeds)) if url}


def _group(due: Iterable[str], outlets: Mapping[str, Outlet]) -> list[list[str]]:
    """The outlets in groups that share no host with each other."""
    groups: list[tuple[set[str], list[str]]] = []
    for outlet_id in due:
        hosts = find_hosts(outlets[outlet_id])
        shared = [group for group in groups if group[0] & hosts]
        if not shared:
            groups.append((hosts, [outlet_id]))
            continue
        first, *others = shared
        first[0].update(hosts, *(group[0] for group in others))
        first[1].extend([*(other for group in others for other in group[1]), outlet_id])
        groups = [group for group in groups if not any(group is other for other in others)]
    return [ids for _, ids in groups]
