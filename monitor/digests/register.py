"""Chooses which ties of the register a weekly digest shows as a picture, and draws them; it paints nothing."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from monitor.digests.content import DigestContent, DigestPair, Register, RegisterLine
from monitor.digests.filters import Inside
from monitor.digests.headlines import name_pairs
from monitor.digests.picture import IN_AN_EMAIL, Pair, draw_register
from monitor.digests.plain import make_plain
from monitor.digests.wording import Wording
from storage.values import TieRow

# Two dozen lines can still be followed at the width of an email, and 24 names a side fill about one screen.
MOST_LINES = 24
# What a screen reader is told of them one by one.
SPOKEN = 6
LONGEST_TITLE = 48


def choose_ties(
    ties: Iterable[TieRow], localities: Collection[str], *, name: Callable[[str], str],
    province: Callable[[str], str], inside: Inside, new: Collection[Pair],
) -> Register | None:
    """The register of `localities` and all inside them (all where there are none), as many lines as can be read.

    Where its ties are too many each place stands for its province. First come lines with a tie of `new`, then those
    with the most ties, then the latest. `inside(key)` gives the keys of all units that hold it. None without ties.
    """
    mine = [tie for tie in ties if not localities or _is_within(tie, frozenset(localities), inside)]
    place = province if len(mine) > MOST_LINES else str
    counts, latest, fresh = Counter[Pair](), dict[Pair, str](), set[Pair]()
    for tie in mine:
        pair = place(tie.vn_key), place(tie.kr_key)
        counts[pair] += 1
        latest[pair] = max(latest.get(pair, ""), tie.last_event_on or "")
        if (tie.vn_key, tie.kr_key) in new:
            fresh.add(pair)
    order = sorted(counts)
    order.sort(key=lambda pair: latest[pair], reverse=True)
    order.sort(key=lambda pair: (pair not in fresh, -counts[pair]))
    lines = tuple(
        RegisterLine(DigestPair(vn, make_plain(name(vn)), kr, make_plain(name(kr))), counts[vn, kr], (vn, kr) in fresh)
        for vn, kr in order[:MOST_LINES]
    )
    return Register(lines, len(mine)) if lines else None


def draw_picture(content: DigestContent, register: Register, wording: Wording) -> bytes:
    """The register as SVG, in the words of the digest."""
    names = {key: name for line in register.lines for key, name in _sides(line.pair)}
    countries = wording.say("picture.vietnam"), wording.say("picture.korea")
    return draw_register(
        {(line.pair.vn_key, line.pair.kr_key): line.ties for line in register.lines}, names.__getitem__,
        make_title(content, wording), countries, make_note(register, wording),
        new={(line.pair.vn_key, line.pair.kr_key) for line in register.lines if line.is_new},
        new_label=wording.say("picture.new"), sizes=IN_AN_EMAIL,
    )


def describe_picture(content: DigestContent, register: Register, wording: Wording) -> str:
    """What the picture shows, for those who cannot see it."""
    spoken = [f"{name_pairs([line.pair])} ({line.ties})" for line in register.lines[:SPOKEN]]
    return wording.say(
        "picture.alt", title=make_title(content, wording), note=make_note(register, wording), pairs="; ".join(spoken),
    )


def make_title(content: DigestContent, wording: Wording) -> str:
    """The register, and whose it is where the subscription is of some localities only."""
    title, places = wording.say("link.register"), ", ".join(content.filters.localities)
    whole = f"{title}: {places}" if places else title
    return whole if len(whole) <= LONGEST_TITLE else f"{whole[: LONGEST_TITLE - 1]}…"


def make_note(register: Register, wording: Wording) -> str:
    """How many ties are drawn, and how many more there are."""
    drawn = sum(line.ties for line in register.lines)
    said = wording.count("picture.ties", drawn)
    return wording.count("picture.more", register.ties - drawn, drawn=said) if register.ties > drawn else said


def _is_within(tie: TieRow, localities: frozenset[str], inside: Inside) -> bool:
    return any(not localities.isdisjoint((key, *inside(key))) for key in (tie.vn_key, tie.kr_key))


def _sides(pair: DigestPair) -> tuple[Pair, Pair]:
    return (pair.vn_key, pair.vn_name), (pair.kr_key, pair.kr_name)
