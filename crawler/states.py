"""Names the state of an outlet from what its visits have shown, and says why in words; pure, it asks for nothing."""

from datetime import datetime, timedelta, tzinfo

from crawler.drift import find_drifts
from crawler.habits import DAY, Habits, find_usual
from seeds.lines import Line
from seeds.reasons import BETWEEN, say_reason
from storage.values import OutletState

# States that say: what this outlet publishes may not reach us.
TROUBLES = frozenset({"broken", "blocked", "silent", "drifted", "resting"})
USUAL = frozenset({"fine", "quiet"})
SURE = 2  # failing visits in a row: one refusal, or one fault of a server, is nobody's state yet
MOST_DRIFTS = 3  # named in one reason; a new design may change everything at once
LONGEST_REST = DAY  # a host that asks for pauses without end keeps us out

UNKNOWN_QUIET, UNKNOWN_SILENT = 7 * DAY, 14 * DAY  # while an outlet's rhythm is unknown
SHORTEST_SILENCE = timedelta(hours=6)  # a wire that stops is told within a working day
CERTAIN_SHORT, CERTAIN_LONG = 2.0, 1.25  # times the usual gap; beyond a day the percentile itself is wide


def find_good_state(silence: timedelta, habits: Habits, behind: int = 0) -> tuple[str, str]:
    """State and reason of an outlet that was just read and had nothing new for `silence` (holidays left out).

    `behind` counts the pages that wait, where they are more than its host lets through in a day.
    """
    drift = BETWEEN.join(say_reason(code, "en", **numbers) for code, numbers in find_drifts(habits)[:MOST_DRIFTS])
    usual = find_usual(habits)
    if silence >= find_patience(usual):
        return "silent", BETWEEN.join(filter(None, (_describe_silence(usual), drift)))
    if drift:
        return "drifted", drift
    if behind:
        return "resting", say_reason("behind", n=behind)
    if silence > (UNKNOWN_QUIET if usual is None else usual):
        return "quiet", _describe_silence(usual)
    return "fine", ""


def find_patience(usual: timedelta | None) -> timedelta:
    """How long an outlet may have nothing new before it is silent: a day at most for one whose gaps are below a day."""
    if usual is None:
        return UNKNOWN_SILENT
    if usual > DAY:
        return usual * CERTAIN_LONG
    return min(DAY, max(SHORTEST_SILENCE, usual * CERTAIN_SHORT))


def find_bad_state(
    before: str, outcome: str, *, failures: int, failing_since_at: datetime, now: datetime, rests: bool,
    was_read: bool,
) -> str:
    """The state after `failures` failing visits in a row, the last of which ended with `outcome`.

    `rests` is true where the host named the end of a pause; `was_read` where any feed of the outlet ever was read.
    """
    if rests and now - failing_since_at < LONGEST_REST:
        return "resting"
    has_no_state = before == "unproven" and was_read  # there is nothing good that could be kept
    if failures < SURE and before not in TROUBLES and not has_no_state:
        return before
    if outcome == "blocked":
        return "blocked"
    return "broken" if was_read else "unproven"


def describe_time(time: timedelta) -> str:
    """A length of time in words, in days from two days on."""
    if time >= 2 * DAY:
        return say_reason("days", n=round(time / DAY))
    hours = max(1, round(time / timedelta(hours=1)))
    return say_reason("hours" if hours > 1 else "hour", n=hours)


def describe_delay(delay: timedelta) -> str:
    """A delay between two requests in words, in minutes below two hours."""
    minutes = round(delay / timedelta(minutes=1))
    return say_reason("minutes", n=minutes) if minutes < 120 else describe_time(delay)


def describe_change(before: OutletState, after: OutletState, zone: tzinfo) -> str:
    """One line for an outlet whose state changed, its time in `zone`; empty where there is nothing to tell.

    An outlet that is now `fine`, now `quiet` is as it always is.
    """
    if before.state == after.state or {before.state, after.state} <= USUAL:
        return ""
    since = f" since {after.state_since.astimezone(zone):%Y-%m-%d %H:%M %z}" if after.state_since else ""
    why = f": {after.state_reason}" if after.state_reason else ""
    return Line(
        f"{after.outlet_id:<20} was {before.state}, is {after.state}{since}{why}", "outlet_changed",
        outlet=after.outlet_id, before=before.state, state=after.state, reason=after.state_reason)


def _describe_silence(usual: timedelta | None) -> str:
    return say_reason("silent") if usual is None else say_reason("silent_usual", time=describe_time(usual))
