"""Shows explanations to people, in plain words at any width of terminal; what is said comes ready made."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.commands.notes import EventNote, StoryNote
from monitor.judging.explanation import FactNote, Grouping, JoinNote, MentionNote, Reason, StoryExplanation
from monitor.judging.values import Detail
from monitor.tables import make_text
from seeds.explanations import Wording

ANSWERS = {
    "yes": "YES: this is local cooperation", "unsure": "UNSURE: this may be local cooperation",
    "no": "NO: this is not local cooperation",
}
COUNTRIES = {"VN": "Vietnam", "KR": "Korea"}
# Less than this is shown in one line with the rest of its kind.
LEAST_POINTS = 0.05
QUOTE_SHOWN = 120
INDENT = 2


def print_note(note: StoryNote | EventNote, wording: Wording) -> None:
    """Prints the explanation of a story or of an event on standard output, without blanks at the ends of lines."""
    console = Console()
    with console.capture() as shown:
        if isinstance(note, StoryNote):
            show_story(note, console, wording)
        else:
            show_event(note, console, wording)
    sys.stdout.write("\n".join(line.rstrip(" ") for line in shown.get().split("\n")))


def show_story(note: StoryNote, console: Console, wording: Wording) -> None:
    """Prints a story's verdict, places, reasons and facts, then the events it is in and the rules' version."""
    told = note.explanation
    _head(console, note)
    _line(console, _answer(told))
    _line(console, f"A story counts as local cooperation from {_share(told.yes_from)} on, and is shown as unsure from "
                   f"{_share(told.unsure_from)} on.")
    _show_places(console, told.mentions)
    _show_reasons(console, told)
    _show_facts(console, told.facts, wording)
    for event in note.events:
        _show_event(console, event, wording)
    _show_rules(console, note)


def show_event(note: EventNote, console: Console, wording: Wording) -> None:
    """Prints an event's stories with their facts, why they are together, and what readers said."""
    _show_event(console, note, wording)
    for article in note.articles:
        console.print()
        _head(console, article)
        _line(console, _answer(article.explanation))
        _show_facts(console, article.explanation.facts, wording)
        _show_rules(console, article)
    console.print()
    _line(console, "`twinwatch explain NUMBER`, with the number of a story, shows every rule that fired in it.")


def _head(console: Console, note: StoryNote) -> None:
    console.print(Text(make_text(note.title), style="bold"))
    number = f"story number {note.id}" if note.kind == "article" else f"story {note.id}"
    facts = [number, note.outlet, (note.published_at or "no date")[:16].replace("T", " "), f"language: {note.lang}"]
    _line(console, ", ".join(filter(None, facts)))
    if note.url:
        console.print(Text(make_text(note.url)), soft_wrap=True)
    console.print()


def _answer(told: StoryExplanation) -> str:
    if not told.places:
        return f"{ANSWERS[told.verdict]}: it does not name a place of each country that could act."
    return f"{ANSWERS[told.verdict]} (sureness: {_share(told.score)})."


def _share(score: float) -> str:
    if 0.01 <= score <= 0.99:
        return f"{100 * score:.0f} in 100"
    return "over 99 in 100" if score > 0.5 else "under 1 in 100"


def _show_places(console: Console, mentions: Sequence[MentionNote]) -> None:
    _heading(console, "PLACES FOUND")
    if not mentions:
        _line(console, "None.", INDENT)
    counts = Counter((m.words, m.key, m.rule, m.acts) for m in mentions)
    shown = {(m.words, m.key, m.rule, m.acts): m for m in mentions}
    for number, (same, mention) in enumerate(shown.items()):
        times = f" ({counts[same]} times)" if counts[same] > 1 else ""
        acts = "can be one who acts" if mention.acts else "does not act here"
        where = f"{mention.name}, {COUNTRIES[mention.country]} ({mention.kind.replace('_', ' ')}); {acts}."
        if number:
            console.print()
        _line(console, f"{_quoted(mention.words)}{times}: {where}", INDENT)
        _line(console, mention.why, 2 * INDENT)


def _show_reasons(console: Console, told: StoryExplanation) -> None:
    if not told.places:
        return
    _heading(console, f"WHY ({' and '.join(told.places)})")
    _line(console, "Each thing seen in the story adds points or takes some away; at 0 the chance is even.", INDENT)
    start, rest = told.reasons[:1], told.reasons[1:]
    for title, side in (("Start", start), ("Speaks for it", [r for r in rest if r.points > 0]),
                        ("Speaks against it", [r for r in rest if r.points < 0])):
        if side:
            console.print()
            _line(console, title, INDENT, "underline")
            console.print(Padding(_reason_table(side), (0, 0, 0, INDENT), expand=False))
    console.print()
    whole = f"In all {told.points:+.1f} points (rounded), which makes the sureness {_share(told.score)}."
    _line(console, whole, INDENT)


def _reason_table(reasons: Sequence[Reason]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    weak = [r for r in reasons if abs(r.points) < LEAST_POINTS]
    for reason in reasons:
        if reason not in weak:
            table.add_row(f"{reason.points:+.1f}", _reason_text(reason))
    if weak:
        table.add_row(f"{sum(r.points for r in weak):+.1f}", f"All else that was seen ({len(weak)}): next to nothing.")
    return table


def _reason_text(reason: Reason) -> Text:
    strength = f" ({reason.strength})" if reason.rule != "bias" else ""
    text = Text(f"{reason.why}{strength}")
    if reason.words:
        text.append(f"\n{_quoted(reason.words)}", style="dim")
    return text


def _show_facts(console: Console, facts: Sequence[FactNote], wording: Wording) -> None:
    if facts:
        _heading(console, "WHAT IT TELLS")
    for number, fact in enumerate(facts, 1):
        act, stage = fact.act.replace("_", " "), fact.stage.replace("_", " ")
        day = fact.happened_on or "no day told"
        _line(console, f"{number}. {fact.vn_name} and {fact.kr_name}: {act}, {stage}, {day}", INDENT, "bold")
        _line(console, f"{fact.act_why} {fact.stage_why}", 2 * INDENT)
        _line(console, f"Proof: {_quoted(fact.quote, 200)}", 2 * INDENT)
        if fact.details:
            console.print(Padding(_detail_table(fact.details, wording), (0, 0, 0, 2 * INDENT), expand=False))


def _detail_table(details: Iterable[Detail], wording: Wording) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    told: dict[str, list[str]] = {}
    for detail in details:
        name = f"{wording.fields.get(detail.name, detail.name)} " if detail.kind == "field" else ""
        told.setdefault(wording.details[detail.kind], []).append(f"{name}{_quoted(detail.quote)}")
    for kind, parts in told.items():
        table.add_row(f"{kind}:", Text(", ".join(parts)))
    return table


def _show_event(console: Console, event: EventNote, wording: Wording) -> None:
    pairs = "; ".join(f"{pair.vn_name} and {pair.kr_name}" for pair in event.pairs)
    _heading(console, f"EVENT {event.id}")
    act, stage = event.act.replace("_", " "), event.stage.replace("_", " ")
    _line(console, f"{pairs}: {act}, {stage}, {event.happened_on or 'no day told'}", INDENT)
    if event.grouping:
        _show_grouping(console, event.grouping)
    for said in event.judgements:
        answer = "this is local cooperation" if said["answer"] == "yes" else "this is not local cooperation"
        _line(console, f"Judged by {make_text(said['reader'])} on {said['judged_at'][:10]}: {answer}. A reader's word "
                       "counts more than the rules.", INDENT)
    for change in event.changes:
        _line(console, f"{change['kind'].capitalize()} on {str(change['changed_at'])[:10]}, with {change['other_id']}: "
                       f"{change['reason']}", INDENT)


def _show_grouping(console: Console, grouping: Grouping) -> None:
    if grouping.members:
        _line(console, "These stories tell of one happening:", INDENT)
        _line(console, f"- story {grouping.first_id}, the first", 2 * INDENT)
    else:
        _line(console, f"Only story {grouping.first_id} tells of it so far.", INDENT)
    for member in grouping.members:
        _show_join(console, member, f"with story {member.other_id}")
    if grouping.near:
        _line(console, "Not in it, though of the same two provinces:", INDENT)
    for near in grouping.near:
        home = f" (event {near.event_id})" if near.event_id else ""
        _show_join(console, near, f"compared with story {near.other_id}{home}")


def _show_join(console: Console, note: JoinNote, how: str) -> None:
    _line(console, f"- story {note.article_id}, {how}: {'; '.join(note.reasons).rstrip('.')}.", 2 * INDENT)
    _line(console, _quoted(note.title), 3 * INDENT, "dim")


def _show_rules(console: Console, note: StoryNote) -> None:
    stored, version = note.stored, note.explanation.rules_version
    console.print()
    if stored is None:
        where = "It is not in the store." if note.kind == "story" else "The store has no verdict on it yet."
        _line(console, f"Rules: {version}, of today. {where}")
    elif stored.is_of_today:
        _line(console, f"Rules: {version}, of today; the stored verdict is by the same rules.")
    else:
        before = f"({stored.verdict}, {_share(stored.score)}) is by other rules, {stored.rules_version}"
        _line(console, f"Rules: {version}, of today. The stored verdict {before}; `twinwatch reassess` judges again.")


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(make_text(words), style="bold"))


def _line(console: Console, words: str, indent: int = 0, style: str = "") -> None:
    console.print(Padding(Text(make_text(words), style=style, overflow="fold"), (0, 0, 0, indent), expand=False))


def _quoted(words: str, length: int = QUOTE_SHOWN) -> str:
    whole = make_text(words)
    return f"“{whole}”" if len(whole) <= length else f"“{whole[:length].rsplit(' ', 1)[0]} …”"
