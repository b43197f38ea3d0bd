"""Shows what labelled stories say of the judge, as tables: figures by language and act, and every error."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.table import Table

from monitor.judging.evaluation import (
    Judged,
    Relevance,
    find_errors,
    measure_alarms,
    measure_by_language,
    measure_facts,
    measure_grouping,
    measure_relevance,
    names_both,
)
from seeds.gazetteer import Gazetteer

TITLE_LENGTH = 60
NOTHING = "-"


def make_tables(rows: Sequence[Judged], gazetteer: Gazetteer, *, stream: bool) -> list[Table]:
    """Relevance and facts by language, the acts, the grouping, with `stream` the false alarms.

    Borderline stories count in one column only.
    """
    clear = [r for r in rows if not r.label.borderline]
    tables = [
        _relevance_table(rows, clear), _facts_table(clear, gazetteer), _acts_table(clear),
        _grouping_table(clear, gazetteer),
    ]
    if stream:
        tables.append(_alarm_table(clear))
    return tables


def _relevance_table(rows: Sequence[Judged], clear: Sequence[Judged]) -> Table:
    table = Table("language", "stories", "precision", "recall", "F1", "F1 with borderline", title="Relevance")
    with_doubt = measure_by_language(rows)
    for lang, figure in measure_by_language(clear).items():
        count = sum(r.label.lang == lang for r in clear)
        table.add_row(lang, str(count), *_cells(figure), f"{with_doubt[lang].f1:.3f}")
    table.add_row("all", str(len(clear)), *_cells(measure_relevance(clear)), f"{measure_relevance(rows).f1:.3f}")
    return table


def _cells(figure: Relevance) -> tuple[str, str, str]:
    """A share of nothing is no figure."""
    flagged, labelled = figure.true + figure.false, figure.true + figure.missed
    return (
        f"{figure.precision:.3f}" if flagged else NOTHING, f"{figure.recall:.3f}" if labelled else NOTHING,
        f"{figure.f1:.3f}" if flagged and labelled else NOTHING,
    )


def _facts_table(clear: Sequence[Judged], gazetteer: Gazetteer) -> Table:
    names = list(measure_facts([], gazetteer))
    table = Table("language", *names, title="Facts of the stories that are flagged rightly")
    for lang, part in [*_by_language(clear), ("all", clear)]:
        told = any(r.label.relevant and r.flagged for r in part)
        table.add_row(lang, *(f"{s:.3f}" if told else NOTHING for s in measure_facts(part, gazetteer).values()))
    return table


def _by_language(rows: Sequence[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    for lang in measure_by_language(rows):
        yield lang, [r for r in rows if r.label.lang == lang]


def _acts_table(clear: Sequence[Judged]) -> Table:
    table = Table("act", "stories", "flagged", "act right", "told as", title="Acts")
    labelled = Counter(r.label.act for r in clear if r.label.relevant and r.label.act)
    for act, count in labelled.most_common():
        flagged = [r for r in clear if r.label.act == act and r.label.relevant and r.flagged]
        told = Counter(str(r.verdict.act) for r in flagged)
        others = ", ".join(f"{name} {number}" for name, number in told.most_common() if name != act)
        table.add_row(act, str(count), str(len(flagged)), str(told[str(act)]), others)
    return table


def _grouping_table(clear: Sequence[Judged], gazetteer: Gazetteer) -> Table:
    table = Table("stories", "B-cubed F1", "pairwise F1", title="Events")
    for name, several in (("of any event", False), ("of events with several pages", True)):
        figure = measure_grouping(clear, gazetteer, several=several)
        table.add_row(name, f"{figure.bcubed:.3f}", f"{figure.pairwise:.3f}")
    return table


def _alarm_table(clear: Sequence[Judged]) -> Table:
    table = Table("stories that are not relevant", "count", "false alarms", "per 1,000", title="Stream")
    both = [r for r in clear if names_both(r.verdict)]
    for name, part in (("all", clear), ("naming localities of both countries", both)):
        rate = measure_alarms(part)
        table.add_row(name, str(rate.of), str(rate.hits), f"{1000 * rate.hits / rate.of if rate.of else 0:.1f}")
    return table


def tell_errors(clear: Sequence[Judged], gazetteer: Gazetteer) -> Iterator[str]:
    """One line for each error, whole, so that it can be searched."""
    for error in find_errors(clear, gazetteer):
        row = error.row
        told = f"{row.label.id} ({row.label.lang}) {error.what}: label {error.wanted}, judge {error.found}"
        yield f"{told} | {row.title[:TITLE_LENGTH]}"
