"""Tells people how a wave goes, on standard error: a line per run, a sign of life, a last line. It counts nothing."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping

from seeds.lines import Line

SECONDS_BETWEEN_SIGNS = 2.0
SECONDS_BETWEEN_LINES = 15.0  # where nobody looks on, in a log
BAR_WIDTH = 20
_json = False  # of the whole process, which is one crawl
FAILED = ("blocked", "broken", "unproven")
UNDECIDED = {"busy": "asked by another crawl", "stopped": "stopped"}
ORDER = ("saved", "screened_out", "gone", "failed", "postponed", "known")


def describe_run(outlet_id: str, outcome: str, reason: str, counts: Mapping[str, int]) -> Line:
    """One line for one run, such as `thanhnien  fine  7 feeds  312 entries, 14 new, 3 saved, 11 screened out`."""
    parts = [f"{outlet_id:<20} {outcome.replace('_', ' '):<11}"]
    if feeds := counts.get("feeds_read", 0):
        unchanged = counts.get("not_modified", 0)
        parts.append(f"{_count(feeds, 'feed')}{f' ({unchanged} unchanged)' if unchanged else ''}")
        parts.append(", ".join([f"{counts.get('entries_seen', 0)} entries", f"{counts.get('entries_new', 0)} new",
                                *describe_pages(counts)]))
    if gaps := counts.get("feed_gap", 0):
        parts.append(f"{_count(gaps, 'list')} ended before anything known: some news may be missing")
    if reason:
        parts.append(reason)
    return Line("  ".join(parts), "run_ended", outlet=outlet_id, outcome=outcome, reason=reason, counts=dict(counts))


def describe_pages(counts: Mapping[str, int]) -> list[str]:
    """What became of pages, in words, without what did not occur."""
    refused = sum(count for name, count in counts.items() if name.startswith("refused:"))
    told = [f"{counts[name]} {name.replace('_', ' ')}" for name in ORDER if counts.get(name)]
    waiting = counts.get("waiting", 0)
    return told + ([f"{refused} refused"] if refused else []) + ([f"{waiting} waiting"] if waiting else [])


def describe_wave(outcomes: Mapping[str, int], counts: Mapping[str, int], seconds: float) -> Line:
    """The wave's last line: how many outlets were asked, what came of them, and of their pages."""
    if not outcomes:
        return Line("wave: no outlet to visit", "wave_ended", outcomes={}, counts={}, seconds=round(seconds, 1))
    pages = ", ".join([f"{counts.get('entries_new', 0)} new entries", *describe_pages(counts)])
    asked = f"{_count(sum(outcomes.values()), 'outlet')} asked: {_describe_outcomes(outcomes)}"
    said = f"wave: {asked}; {pages}; {seconds:.0f} s"
    return Line(said, "wave_ended", outcomes=dict(outcomes), counts=dict(counts), seconds=round(seconds, 1))


def _describe_outcomes(outcomes: Mapping[str, int]) -> str:
    """`6 with something new, 1 unchanged, 3 failed (2 blocked, 1 broken), 1 busy`; the first three are always told."""
    failed = {outcome: count for outcome, count in sorted(outcomes.items()) if outcome in FAILED}
    kinds = f" ({', '.join(f'{count} {outcome}' for outcome, count in failed.items())})" if failed else ""
    told = [f"{outcomes.get('fine', 0)} with something new", f"{outcomes.get('nothing_new', 0)} unchanged",
            f"{sum(failed.values())} failed{kinds}"]
    left = {outcome: count for outcome, count in sorted(outcomes.items()) if outcome in UNDECIDED}
    return ", ".join([*told, *(f"{count} {UNDECIDED[outcome]}" for outcome, count in left.items())])


def say(line: str) -> None:
    """Prints a line, over the sign of life where one stands; as JSON where `speak_json` was called."""
    if _json:
        known = line if isinstance(line, Line) else Line(line, "said", message=line)
        return _print(known.to_json())
    clear = "\r\033[K" if sys.stderr.isatty() else ""
    _print(f"{clear}{line}")


def speak_json() -> None:
    """From here on lines are for programs, and there are no signs of life."""
    global _json
    _json = True


async def show_life(total: int, done: Callable[[], int], counts: Callable[[], Counter[str]]) -> None:
    """Shows every few seconds that the wave lives, until it is cancelled."""
    tty = sys.stderr.isatty()
    while not _json:
        await asyncio.sleep(SECONDS_BETWEEN_SIGNS if tty else SECONDS_BETWEEN_LINES)
        now = counts()
        line = f"{draw_bar(done(), total)} outlets, {now['fetched']} pages fetched, {now['saved']} saved"
        _print(f"\r\033[K{line}" if tty else line, end="" if tty else "\n")


def _print(text: str, end: str = "\n") -> None:
    """A wave is worth more than its lines: it goes on where they cannot be written, as when the service was killed."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    except OSError:
        return  # the disk of a log may be full; what is kept is written with a later line


def draw_bar(done: int, total: int) -> str:
    """A bar of fixed width with its numbers, such as `  ━━━━━━━━━━──────────  78 of 156`."""
    filled = BAR_WIDTH * done // max(total, 1)
    return f"  {'━' * filled}{'─' * (BAR_WIDTH - filled)}  {done} of {total}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
