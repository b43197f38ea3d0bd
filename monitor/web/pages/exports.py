"""What leads out of the dashboard: feeds, a calendar and a workbook of events, the register's workbook and picture."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from monitor.digests.picture import draw_register
from monitor.digests.plain import make_plain
from monitor.web.api.answers import answer_bytes, answer_made
from monitor.web.desk import Desk, DeskHere
from monitor.web.feeds import Feed, write_atom, write_calendar, write_json_feed
from monitor.web.filters import FilterHere, ListFilter, find_days, make_query
from monitor.web.lines import EventLine, find_events
from monitor.web.pages import events, ties
from monitor.web.rendering import MOST_ROWS, VARY, take_values
from monitor.web.sheets import make_sheet, write_workbook
from monitor.web.tie_filter import TieFilterHere, find_ties

IN_FEED, IN_CALENDAR = 50, 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SVG = "image/svg+xml"

Write = Callable[[Feed, Sequence[EventLine]], bytes]


def show_atom(desk: DeskHere, wanted: FilterHere) -> Response:
    return _as_feed(desk, wanted, write_atom, "application/atom+xml; charset=utf-8")


def show_json_feed(desk: DeskHere, wanted: FilterHere) -> Response:
    return _as_feed(desk, wanted, write_json_feed, "application/feed+json")


def show_calendar(desk: DeskHere, wanted: FilterHere) -> Response:
    lines = _find(desk, wanted, IN_CALENDAR)
    calendar = write_calendar(_describe(desk, wanted), lines)
    return answer_bytes(desk.request, calendar, "text/calendar; charset=utf-8", **VARY)


def show_events_workbook(desk: DeskHere, wanted: FilterHere) -> Response:
    return _as_workbook(desk, "events", events.COLUMNS, _find(desk, wanted, MOST_ROWS))


def show_ties_workbook(desk: DeskHere, wanted: TieFilterHere) -> Response:
    return _as_workbook(desk, "ties", ties.COLUMNS, ties.find_lines(desk, wanted))


def show_picture(desk: DeskHere, wanted: TieFilterHere) -> Response:
    """The register, or what the filter leaves of it, by provinces."""
    gazetteer, say = desk.application.gazetteer, desk.words.say
    counted: Counter[tuple[str, str]] = Counter()
    for tie in find_ties(desk.application, wanted):
        if {tie.vn_key, tie.kr_key} <= gazetteer.localities.keys():
            counted[gazetteer.province(tie.vn_key), gazetteer.province(tie.kr_key)] += 1
    note = desk.words.count("ties.count", counted.total())
    countries = say("country.VN"), say("country.KR")
    picture = draw_register(counted, desk.place, say("ties.title"), countries, note)
    return answer_bytes(desk.request, picture, SVG, **VARY)


def _as_feed(desk: Desk, wanted: ListFilter, write: Write, kind: str) -> Response:
    feed = write(_describe(desk, wanted), _find(desk, wanted, IN_FEED, by_sight=True))
    return answer_bytes(desk.request, feed, kind, **VARY)


def _as_workbook(desk: Desk, name: str, columns: Sequence[str], lines: Sequence[object]) -> Response:
    sheet = make_sheet(columns, [take_values(columns, line) for line in lines])
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', **VARY}
    mark, made_at = sheet.lines + sheet.texts, desk.application.clock()
    return answer_made(desk.request, mark, lambda: write_workbook(name, sheet, made_at), XLSX, **headers)


def _find(desk: Desk, wanted: ListFilter, limit: int, *, by_sight: bool = False) -> list[EventLine]:
    query = make_query(replace(wanted, before=""), desk.application, limit - 1)
    return find_events(desk, replace(query, by_sight=by_sight))


def _describe(desk: Desk, wanted: ListFilter) -> Feed:
    request = desk.request
    base = (desk.application.settings.web.public_url or str(request.base_url)).rstrip("/")
    query = f"?{request.url.query}" if request.url.query else ""
    url, page_url = f"{base}{request.url.path}{query}", f"{base}/events{query}"
    return Feed(_entitle(desk, wanted), desk.language, base, url, page_url)


def _entitle(desk: Desk, wanted: ListFilter) -> str:
    """The title with what the filter asks for, so that whoever takes two feeds tells them apart."""
    say, (since, until) = desk.words.say, find_days(wanted.since, wanted.until)
    asked = {
        "search": wanted.q, "place": wanted.place and desk.place(wanted.place),
        "act": wanted.act and say(f"act.{wanted.act}"),
        "verdict": "" if wanted.verdict == "yes" else say(f"verdict.{wanted.verdict}"),
        "stage": wanted.stage and say(f"stage.{wanted.stage}"),
        "language": wanted.lang and desk.words.language_name(wanted.lang),
        "outlet": wanted.outlet and desk.outlet(wanted.outlet),
        "since": since and desk.day(since), "until": until and desk.day(until),
    }
    told = "; ".join(f"{say(f'filter.{name}')}: {make_plain(words)}" for name, words in asked.items() if words)
    return f"Twinwatch: {say('nav.events')}" + (f" ({told})" if told else "")


router = APIRouter()
for path, show in (
    ("/events.atom", show_atom), ("/events.feed.json", show_json_feed), ("/events.ics", show_calendar),
    ("/events.xlsx", show_events_workbook), ("/ties.xlsx", show_ties_workbook), ("/ties.svg", show_picture),
):
    router.add_api_route(path, show, response_model=None)
