"""Says in a line what a digest holds and what that rests on; it claims nothing of outlets that were not read."""

from monitor.digests.content import DigestContent
from monitor.digests.coverage_view import name_late
from monitor.digests.wording import Wording

OUTLETS_NAMED = 3  # with the most pages that wait; the coverage names all


def make_matter(content: DigestContent, wording: Wording) -> str:
    """What the subject says: counts of what is told, or that nothing is new, with how many outlets were read."""
    if not content.is_empty:
        return ", ".join(_counts(content, wording))
    if not content.coverage.read:
        return wording.say("subject.unvisited" if content.coverage.is_unvisited else "subject.unknown")
    coverage = content.coverage
    if coverage.late:
        return wording.count("subject.nothing_late", coverage.late, read=coverage.read, all=coverage.all)
    return wording.say("subject.nothing", read=coverage.read, all=coverage.all)


def make_lead(content: DigestContent, wording: Wording) -> str:
    """The first sentences: what is told, what it rests on, and whether filters leave something out."""
    limits = [wording.say("lead.filtered")] if content.filters.is_set else []
    return " ".join([_claim(content, wording), *describe_unread(content, wording), *limits])


def describe_unread(content: DigestContent, wording: Wording) -> list[str]:
    """What was announced and is not read, in sentences: what waits, with outlets, and what came minutes before."""
    late, arriving = content.coverage.late, content.coverage.arriving
    said = []
    if late:
        outlets, names = name_late(content, wording, OUTLETS_NAMED)
        said.append(wording.count("basis.late", late, outlets=outlets, names=names))
    return [*said, wording.count("basis.arriving", arriving)] if arriving else said


def _counts(content: DigestContent, wording: Wording) -> list[str]:
    ties, unsure = len(content.of_section("new_ties")), len(content.of_section("unsure"))
    sure = len(content.event_ids) - unsure
    events = wording.count("part.events", sure) if sure else wording.say("part.none")
    if ties:
        events = wording.say("part.with_ties", events=events, ties=wording.count("part.ties", ties))
    told = [events] if sure or not unsure else []
    further = {
        "part.unsure": unsure,
        "part.later": sum(len(later.articles) for later in content.later),
        "part.corrections": len(content.corrections),
    }
    return [*told, *(wording.count(key, n) for key, n in further.items() if n)]


def _claim(content: DigestContent, wording: Wording) -> str:
    """A claim of 'nothing new' is only made for outlets that were read."""
    read, known = content.coverage.read, content.coverage.all
    if not content.is_empty:
        what = ", ".join(_counts(content, wording))
        return wording.say("lead.events", what=what[:1].upper() + what[1:], basis=_basis(read, known, wording))
    if not known:
        return wording.say("lead.no_outlets")
    if not read:
        return wording.count("lead.unvisited" if content.coverage.is_unvisited else "lead.unknown", known)
    if read == known:
        return wording.count("lead.all", known)
    return wording.count("lead.some", known - read, read=read, all=known)


def _basis(read: int, known: int, wording: Wording) -> str:
    if not read:
        return wording.say("basis.none")
    return wording.count("basis.all", known) if read == known else wording.say("basis.some", read=read, all=known)
