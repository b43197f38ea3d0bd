"""Puts a digest's content into the words of its language, from top to bottom; it does not lay anything out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.digests.aftermath_view import AftermathText, SummaryText, describe_aftermath, describe_summary
from monitor.digests.content import DigestContent, DigestEvent
from monitor.digests.coverage_view import CoverageText, describe_coverage
from monitor.digests.days import format_instant_day
from monitor.digests.event_view import ARTICLES_SHOWN, EventText, LinkText, describe_event
from monitor.digests.lead import make_lead, make_matter
from monitor.digests.register import describe_picture
from monitor.digests.rendered import Picture
from monitor.digests.wording import Wording, load_wording

# What a list of messages shows behind the subject.
MAX_PREHEADER = 200


@dataclass(frozen=True)
class Extent:
    """How much is shown: `articles` under an event, lines of `details` under a group of outlets, how many events are
    told `in_full` and how many are `listed` at all; None means all."""

    articles: int = ARTICLES_SHOWN
    in_full: int | None = None
    listed: int | None = None
    details: int | None = None


WHOLE = Extent()


@dataclass(frozen=True)
class SectionText:
    """A section under its title: events in full, then those told `in_brief` by their headline; `note` may be empty."""

    title: str
    note: str
    events: tuple[EventText, ...]
    in_brief: tuple[EventText, ...]


@dataclass(frozen=True)
class PictureText:
    """A picture that the message carries: where it is, its size in pixels, and what it shows in words.

    `url` is where it leads; empty where the register has no public address.
    """

    source: str
    width: int
    height: int
    said: str
    url: str


@dataclass(frozen=True)
class DigestText:
    """A digest in words, from top to bottom; `notices` say that it may be a repeat, or is a test.

    `doubts` is the section of unsure events, which stands apart. `cut` says what is not shown here.
    """

    language: str
    subject: str
    preheader: str
    heading: str
    lead: str
    notices: tuple[str, ...]
    cut: str
    summary: SummaryText | None
    sections: tuple[SectionText, ...]
    aftermath: AftermathText
    doubts: tuple[SectionText, ...]
    coverage: CoverageText
    footer: tuple[str, ...]
    unsubscribe: LinkText | None
    picture: PictureText | None = None


def make_view(
    content: DigestContent, *, may_repeat: bool = False, is_test: bool = False, unsubscribe_url: str | None = None,
    extent: Extent = WHOLE, picture: Picture | None = None,
) -> DigestText:
    """`content` in its language's words, as much as `extent` allows. `may_repeat` and `is_test` add a line on top."""
    wording = load_wording(content.language)
    sections, doubts = _sections(content, wording, extent)
    return DigestText(
        language=content.language,
        subject=_mark(_subject(content, wording), wording, may_repeat=may_repeat, is_test=is_test),
        preheader=_preheader(content),
        heading=_heading(content, wording),
        lead=make_lead(content, wording),
        notices=tuple(wording.say(key) for key, is_so in (("repeat", may_repeat), ("test", is_test)) if is_so),
        cut=_cut(content, wording, extent),
        summary=describe_summary(content, wording),
        sections=sections,
        aftermath=describe_aftermath(content, wording, extent.articles),
        doubts=doubts,
        coverage=_shorten(describe_coverage(content, wording), wording, extent.details),
        footer=_footer(content, wording),
        unsubscribe=LinkText(wording.say("link.unsubscribe"), unsubscribe_url) if unsubscribe_url else None,
        picture=_place(picture, content, wording) if picture else None,
    )


def _place(picture: Picture, content: DigestContent, wording: Wording) -> PictureText | None:
    summary = content.summary
    if summary is None or summary.register is None:
        return None
    said = describe_picture(content, summary.register, wording)
    return PictureText(f"cid:{picture.id}", picture.width, picture.height, said, summary.register_url or "")


def _subject(content: DigestContent, wording: Wording) -> str:
    """An alert says what happened; any other digest its day and what it holds."""
    if content.kind == "instant" and content.event_ids:
        first, *others = (event for section in content.sections for event in section.events)
        what = wording.count("subject.others", len(others), headline=first.headline) if others else first.headline
        return wording.say("subject.instant", what=what)
    key = "subject.weekly" if content.kind == "weekly" else "subject"
    return wording.say(key, day=_day(content), what=make_matter(content, wording))


def _mark(subject: str, wording: Wording, *, may_repeat: bool, is_test: bool) -> str:
    marked = wording.say("subject.repeat", subject=subject) if may_repeat else subject
    return wording.say("subject.test", subject=marked) if is_test else marked


def _heading(content: DigestContent, wording: Wording) -> str:
    """The line on top, above the lead, which says what the digest holds."""
    return wording.say("heading.weekly" if content.kind == "weekly" else "heading", day=_day(content))


def _day(content: DigestContent) -> str:
    return format_instant_day(content.composed_at, content.language, content.zone)


def _preheader(content: DigestContent) -> str:
    """The first headlines; empty where there are none, as the lead then says it all."""
    told = " · ".join(event.headline for section in content.sections for event in section.events)
    return told if len(told) <= MAX_PREHEADER else told[: MAX_PREHEADER - 1] + "…"


def _cut(content: DigestContent, wording: Wording, extent: Extent) -> str:
    told = len(content.event_ids)
    in_brief = told - min(told, told if extent.in_full is None else extent.in_full)
    hidden = told - min(told, told if extent.listed is None else extent.listed)
    lines = [wording.count("cut.in_brief", in_brief)] if in_brief else []
    return " ".join([*lines, wording.count("cut.hidden", hidden)] if hidden else lines)


def _sections(
    content: DigestContent, wording: Wording, extent: Extent
) -> tuple[tuple[SectionText, ...], tuple[SectionText, ...]]:
    """The sure sections and the unsure one, as they are shown: what is told in full stands in front."""
    sure: list[SectionText] = []
    doubts: list[SectionText] = []
    before = 0
    for section in sorted(content.sections, key=lambda section: section.kind == "unsure"):
        in_full, in_brief = _share(section.events, before, extent)
        before += len(section.events)
        text = SectionText(
            title=wording.say(f"section.{section.kind}"),
            note=wording.say("section.unsure.note") if section.kind == "unsure" else "",
            events=tuple(describe_event(event, content, wording, extent.articles) for event in in_full),
            in_brief=tuple(
                describe_event(replace(event, articles=()), content, wording, extent.articles) for event in in_brief
            ),
        )
        if in_full or in_brief:
            (doubts if section.kind == "unsure" else sure).append(text)
    return tuple(sure), tuple(doubts)


def _share(
    events: Sequence[DigestEvent], before: int, extent: Extent
) -> tuple[Sequence[DigestEvent], Sequence[DigestEvent]]:
    total = before + len(events)
    in_full = max(0, (total if extent.in_full is None else extent.in_full) - before)
    listed = max(0, (total if extent.listed is None else extent.listed) - before)
    return events[:in_full], events[in_full:listed]


def _shorten(coverage: CoverageText, wording: Wording, most: int | None) -> CoverageText:
    if most is None:
        return coverage
    groups = tuple(
        replace(group, details=(*group.details[:most], wording.count("cut.details", len(group.details) - most)))
        if len(group.details) > most else group
        for group in coverage.groups
    )
    return replace(coverage, groups=groups)


def _footer(content: DigestContent, wording: Wording) -> tuple[str, ...]:
    filters = describe_filters(content, wording)
    return wording.say("footer.subscription", name=content.subscription), *((filters,) if filters else ())


def describe_filters(content: DigestContent, wording: Wording) -> str:
    """What the subscription lets pass, in one line; empty where that is everything."""
    filters = _filters(content, wording)
    return wording.say("footer.filters", filters="; ".join(filters)) if filters else ""


def _filters(content: DigestContent, wording: Wording) -> list[str]:
    chosen = content.filters
    named = {
        "localities": chosen.localities,
        "acts": tuple(wording.say(f"act.{act}") for act in chosen.acts),
        "languages": tuple(wording.language_name(code) for code in chosen.languages),
        "keywords": chosen.keywords,
    }
    lines = [wording.say(f"filter.{key}", values=", ".join(values)) for key, values in named.items() if values]
    lines += [wording.say("filter.min_score", score=f"{chosen.min_score:g}")] if chosen.min_score else []
    return [*lines, wording.say("filter.new_ties_only")] if chosen.new_ties_only else lines
