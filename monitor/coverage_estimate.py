"""How many events there were in all, from what outlets and query feeds each found: capture and recapture; pure.

Two searches of one period are taken as independent: each event is found by the one whatever the other does. Where both
rather find what is widely reported, which is likely here, the estimate is too low: it is a bound from below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb, sqrt

# With so few in both, the estimate is biased and its interval says nothing (Robson and Regier 1964: at least 7).
LEAST_BOTH = 7
# With fewer, a share in per cent would look surer than it is.
LEAST_SHOWN = 5
TAIL = 0.025  # on each side: 95 %
Z = 1.96
MOST = 20_000  # events: where the interval is cut, as no period holds more


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval (Wilson's), from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """How many events there were in all, with the 95 % interval; at least as many as were seen."""

    value: float
    low: int
    high: int


@dataclass(frozen=True)
class Recapture:
    """Events that the outlets found by themselves, those that query feeds showed, and those in both."""

    own: int
    shown: int
    both: int

    @property
    def seen(self) -> int:
        """Events that anybody found."""
        return self.own + self.shown - self.both

    @property
    def share(self) -> Share | None:
        """Of the events that query feeds show, the share that the outlets found; None for too few."""
        return find_share(self.both, self.shown) if self.shown >= LEAST_SHOWN else None

    @property
    def estimate(self) -> Estimate | None:
        """How many there were in all; None where too few are in both."""
        return estimate_all(self.own, self.shown, self.both) if self.both >= LEAST_BOTH else None


def find_share(part: int, whole: int) -> Share:
    """`part` of `whole` (not 0), with the interval of Wilson (1927), which stays within 0 and 1."""
    value, room = part / whole, Z * Z / whole
    middle = (value + room / 2) / (1 + room)
    half = Z * sqrt(value * (1 - value) / whole + room / (4 * whole)) / (1 + room)
    return Share(value, max(0.0, middle - half), min(1.0, middle + half))


def estimate_all(own: int, shown: int, both: int) -> Estimate:
    """The estimate of Chapman (1951), (own + 1)(shown + 1) / (both + 1) - 1, with an exact interval.

    The interval holds every number of events for which what was seen in both is not in a tail of the hypergeometric
    distribution (Seber 1982, chapter 3). Unlike the normal one it is not empty where one search holds the other.
    """
    seen = own + shown - both
    value = (own + 1) * (shown + 1) / (both + 1) - 1
    middle = max(seen, round(value))
    low = _find_first(seen, middle, lambda n: _tail(range(both + 1), n, own, shown) >= TAIL)
    above = range(both, min(own, shown) + 1)
    high = _find_first(middle, MOST, lambda n: _tail(above, n, own, shown) < TAIL) - 1
    return Estimate(value, low, max(high, low))


def _find_first(low: int, high: int, is_so: Callable[[int], bool]) -> int:
    """The first number from `low` on for which `is_so`, which stays so from there; `high` where none is."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_so(middle) else (middle + 1, high)
    return low


def _tail(counts: range, total: int, own: int, shown: int) -> float:
    """The probability that one of `counts` events is in both, of `total` in all."""
    ways = sum(comb(own, count) * comb(total - own, shown - count) for count in counts if count <= shown)
    return ways / comb(total, shown)
