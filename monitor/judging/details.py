"""Finds the words behind each part of a fact: its units, act, stage, day, fields and signatories; it decides none."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from monitor.judging.cues import Cue, is_unspaced
from monitor.judging.days import Day, step_back
from monitor.judging.office_names import is_in_office_name
from monitor.judging.reading import Reading, View
from monitor.judging.scopes import ACT_GROUPS
from monitor.judging.signatories import find_signatories
from monitor.judging.values import Detail, DetailKind, Fact
from monitor.judging.verdict import cut_quote

# A paper names a few fields; what comes behind them is talk.
MOST_FIELDS = 5
MOST_SIGNATORIES = 6
PAPERS = ("act.agreement", "act.twinning")
FIELD_GROUP = "field."
# A field of cooperation is named where cooperation is told: by a paper, a course, a gift, or as cooperation; what a
# visitor is shown and what was celebrated is none.
COOPERATION = ("act.generic", *(group for group in ACT_GROUPS if group not in ("act.visit", "act.review")))
# Scripts in which a word has no end that can be seen: what was found is all that is quoted.
_ENDLESS = (("぀", "ヿ"), ("一", "鿿"))


def find_details(fact: Fact, proof: View, told: Sequence[View], reading: Reading) -> tuple[Detail, ...]:
    """The words behind `fact`, whose quote is from the sentence `proof`; `told` are all sentences that tell it.

    One detail at most for each unit, the act, the stage and the day, none where only the usual was taken; then fields
    of cooperation, the most named first, and who signed.
    """
    fresh = _in_order([proof, *(view for view in told if not view.past and not view.listing)])
    single = (
        _find_unit("vn", fact.vn_key, proof, fresh, reading), _find_unit("kr", fact.kr_key, proof, fresh, reading),
        _find_act(fact, fresh, reading), _find_stage(fact, fresh, reading), _find_day(fact, fresh, reading),
    )
    fields, persons = _find_fields(fresh, reading), _find_persons(fact, fresh, reading)
    return (*(one for one in single if one), *fields, *persons)


def _in_order(views: Iterable[View]) -> list[View]:
    found = {view.sentence.order: view for view in views}
    return [found[order] for order in sorted(found)]


def _find_unit(kind: DetailKind, key: str, proof: View, fresh: Sequence[View], reading: Reading) -> Detail | None:
    """The name in the proving sentence; where it has none, in the first sentence that does."""
    for view in (proof, *fresh):
        found = sorted((m for m in view.mentions if m.key == key), key=lambda m: (not m.actor, m.start))
        if found:
            return _quote(kind, key, view, found[0].start, found[0].end, reading)
    return None


def _find_act(fact: Fact, fresh: Sequence[View], reading: Reading) -> Detail | None:
    """As acts are chosen: the headline, for a sister tie the sentence that signs it, the lead, any other."""
    group, twins = f"act.{fact.act}", fact.act == "twinning"
    ranked = sorted(fresh, key=lambda v: (not v.is_title, twins and not v.has("stage.signed"), not v.is_lead))
    return _first_cue("act", fact.act, group, ranked, reading)


def _find_stage(fact: Fact, fresh: Sequence[View], reading: Reading) -> Detail | None:
    """Headline, lead, the sentences of the act; for what is planned and not said to be, the day to come."""
    group = f"stage.{fact.stage}"
    ranked = sorted(fresh, key=lambda v: (not v.is_title, not v.is_lead, not v.has(f"act.{fact.act}")))
    found = _first_cue("stage", fact.stage, group, ranked, reading)
    if found or fact.stage != "planned" or not reading.anchor:
        return found
    day = _find_day(fact, fresh, reading)
    ahead = day and day.name > reading.anchor.isoformat()[:len(day.name)]
    return Detail("stage", fact.stage, day.field, day.start, day.end, day.quote) if day and ahead else None


def _find_day(fact: Fact, fresh: Sequence[View], reading: Reading) -> Detail | None:
    if fact.happened_on is None:
        return None
    leads = [view for view in reading.views if view.is_lead and view not in fresh and not view.past]
    ranked = sorted([*fresh, *leads], key=lambda v: not v.has(f"act.{fact.act}"))
    for view in ranked:
        meant = [day for day in view.days if fact.happened_on in _senses(day, reading.anchor)]
        if meant:
            # "Tuesday, June 18": the figure says it better than the name of the weekday.
            day = min(meant, key=lambda one: (not _has_figure(view, one), one.start))
            start, end = day.start - view.sentence.start, day.end - view.sentence.start
            start += len(view.text[start:end]) - len(view.text[start:end].lstrip(" ,(-–"))
            start, end = (place + view.sentence.start for place in (start, _word_end(view.text, end)))
            return _quote("day", fact.happened_on, view, start, end, reading)
    return None


def _senses(day: Day, anchor: date | None) -> set[str | None]:
    """What the words can mean: as read, and as a day that has been."""
    return {day.on, step_back(day, anchor) if anchor else None}


def _has_figure(view: View, day: Day) -> bool:
    return any(char.isdigit() for char in view.text[day.start - view.sentence.start:day.end - view.sentence.start])


def _find_fields(fresh: Sequence[View], reading: Reading) -> list[Detail]:
    """Each field once, with its first words; the name of a department or an outlet names none."""
    counts: dict[str, int] = {}
    first: dict[str, Detail] = {}
    for view, cue in _each_field(fresh):
        name = cue.group.removeprefix(FIELD_GROUP)
        counts[name] = counts.get(name, 0) + 1
        first.setdefault(name, _quote("field", name, view, *_whole_word(view, cue), reading))
    ranked = sorted(first, key=lambda name: -counts[name])
    return [first[name] for name in ranked[:MOST_FIELDS]]


def _each_field(views: Sequence[View]) -> Iterator[tuple[View, Cue]]:
    for view in views:
        if not any(view.has(group) for group in COOPERATION):
            continue
        ends: dict[str, int] = {}
        fields = [cue for cue in view.cues if cue.group.startswith(FIELD_GROUP)]
        for cue in sorted(fields, key=lambda cue: (cue.start, -cue.end)):
            if cue.start < ends.get(cue.group, 0) or _is_in_name(view, cue) or is_in_office_name(view, cue):
                continue
            ends[cue.group] = cue.end
            yield view, cue


def _is_in_name(view: View, cue: Cue) -> bool:
    """Whether the word is part of a locality's name, or the rear of a longer Korean word ("서울반도체", "근로환경")."""
    start, end = _whole_word(view, cue)
    named = any(m.start < end and start < m.end for m in view.mentions if m.note != "home")
    return named or (start < cue.start and is_unspaced(cue.word[0]))


def _find_persons(fact: Fact, fresh: Sequence[View], reading: Reading) -> list[Detail]:
    """Those named with their office in a sentence that signs this fact's paper; nobody has signed what is planned."""
    if fact.stage != "signed":
        return []
    found: dict[str, Detail] = {}
    for view in fresh:
        if view.has("stage.signed") and any(view.has(group) for group in PAPERS) and not view.is_title:
            for person in find_signatories(view):
                detail = _quote("signatory", person.name, view, person.start, person.end, reading)
                found.setdefault(person.name, detail)
    return list(found.values())[:MOST_SIGNATORIES]


def _first_cue(
    kind: DetailKind, name: str, group: str, views: Sequence[View], reading: Reading,
) -> Detail | None:
    for view in views:
        cues = [cue for cue in view.cues if cue.group == group]
        if cues:
            longest = max(cues, key=lambda cue: (cue.start == cues[0].start, cue.end))
            return _quote(kind, name, view, *_whole_word(view, longest), reading)
    return None


def _whole_word(view: View, cue: Cue) -> tuple[int, int]:
    """The span of the cue, grown to whole words where the script has them."""
    start, end = cue.start - view.sentence.start, cue.end - view.sentence.start
    while start > 0 and _is_letter(view.text[start - 1]) and _is_letter(view.text[start]):
        start -= 1
    return start + view.sentence.start, _word_end(view.text, end) + view.sentence.start


def _word_end(text: str, end: int) -> int:
    while end < len(text) and _is_letter(text[end - 1]) and _is_letter(text[end]):
        end += 1
    return end


def _is_letter(char: str) -> bool:
    return char.isalnum() and not any(low <= char <= high for low, high in _ENDLESS)


def _quote(kind: DetailKind, name: str, view: View, start: int, end: int, reading: Reading) -> Detail:
    field = view.sentence.segment.field
    whole = reading.story.title if field == "title" else reading.story.text
    start, end = cut_quote(whole, start, end)
    return Detail(kind, name, field, start, end, whole[start:end])
