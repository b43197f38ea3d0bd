"""Turns what a page found into HTML, JSON or CSV; each page is added once and has all its forms at stable addresses."""

import functools
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from monitor.digests.plain import find_host, make_plain, make_safe_url
from monitor.digests.wording import LANGUAGES
from monitor.tables import write_values
from monitor.web.api.answers import answer_bytes
from monitor.web.desk import Desk
from monitor.web.drawing import draw_line
from monitor.web.refusals import LANGUAGE_COOKIE
from monitor.web.words import NATIVE_NAMES, load_words

HERE = Path(__file__).parent
YEAR_SECONDS = 365 * 24 * 3600
NAVIGATION = ("today", "events", "ties", "map", "timeline", "outlets", "digests", "runs")
# The language is that of the address, the cookie or the browser.
VARY = {"Vary": "Accept-Language, Cookie"}
TWINS = (".json", ".csv")
# A table that is taken away (CSV, XLSX) holds so many rows of what its filter asks for, the newest.
MOST_ROWS = 1000
# What else a page's rows are to be had as, under its filter; `pages.exports` has the routes.
EXPORTS = {
    "/events": (
        ("XLSX", "/events.xlsx"), ("Atom", "/events.atom"), ("JSON Feed", "/events.feed.json"),
        ("iCalendar", "/events.ics"),
    ),
    "/ties": (("XLSX", "/ties.xlsx"), ("SVG", "/ties.svg")),
}

Make = Callable[..., Any]
Furnish = Callable[[Desk, Any], Mapping[str, Any]]


def add_page(
    router: APIRouter, path: str, make: Make, template: str, columns: Sequence[str] = (), furnish: Furnish | None = None
) -> None:
    """Adds a page under `path` with its data twins: `path.json` and, with `columns`, `path.csv`.

    `make` takes `desk: DeskHere` and whatever FastAPI finds for its other parameters, works in a thread, and gives a
    frozen dataclass: the template has it as `page`, the twin is it as JSON. With `columns` it has `rows`. `furnish`
    adds what only the HTML needs, such as the choices of a form.
    """
    name, twin = make.__name__, "/today" if path == "/" else path
    # The twins first: `/events/{event_id}` would take `/events/x.json` for an event.
    if columns:
        router.add_api_route(f"{twin}.csv", _answer(make, functools.partial(_as_csv, columns)), name=f"{name}_csv",
                             response_model=None)
    router.add_api_route(f"{twin}.json", _answer(make, _as_json), name=f"{name}_json", response_model=None)
    router.add_api_route(path, _answer(make, functools.partial(_as_html, template, bool(columns), furnish)), name=name,
                         response_model=None, response_class=HTMLResponse)


def is_twin(desk: Desk) -> bool:
    """Whether the page is asked for as data, which is never cut into pages that only people turn."""
    return desk.request.url.path.endswith(TWINS)


def find_size(desk: Desk, usual: int) -> int:
    """How many rows a page holds: the `usual` ones, or all that a table to take away may hold."""
    return MOST_ROWS if desk.request.url.path.endswith(".csv") else usual


def render(desk: Desk, template: str, page: Any, status: int = 200, **values: Any) -> Response:
    """The page as HTML in the reader's language; a language that the address asks for is remembered."""
    text = _environment().get_template(template).render(**{**_make_context(desk), **values}, page=page)
    response = HTMLResponse(text, status, {"Content-Language": desk.language, **VARY})
    if desk.request.query_params.get("lang") == desk.language:
        response.set_cookie(LANGUAGE_COOKIE, desk.language, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
    return response


def _answer(make: Make, write: Callable[[Desk, Any], Response]) -> Make:
    @functools.wraps(make)  # FastAPI reads the parameters of `make`
    def answer(**given: Any) -> Response:
        desk: Desk = given["desk"]
        with desk.store.database.read_at_once():
            found = make(**given)
            return found if isinstance(found, Response) else write(desk, found)

    return answer


def _as_html(template: str, has_table: bool, furnish: Furnish | None, desk: Desk, page: Any) -> Response:
    values = furnish(desk, page) if furnish else {}
    return render(desk, template, page, twins=("json", "csv") if has_table else ("json",), **values)


def _as_json(desk: Desk, page: Any) -> Response:
    text = json.dumps(page, default=make_jsonable, ensure_ascii=False)
    return answer_bytes(desk.request, text.encode("utf-8", "replace"), "application/json", **VARY)


def _as_csv(columns: Sequence[str], desk: Desk, page: Any) -> Response:
    file = io.StringIO()
    write_values(map(functools.partial(take_values, columns), page.rows), columns, file)
    # The mark at the beginning: without it Excel takes the text for Windows-1252.
    text = "\ufeff" + file.getvalue()
    return answer_bytes(desk.request, text.encode("utf-8", "replace"), "text/csv; charset=utf-8", **VARY)


def make_jsonable(value: Any) -> Any:
    """What `json` cannot write by itself: dataclasses as objects, instants in ISO 8601, sets as lists."""
    if is_dataclass(value):
        return vars(value)  # its fields in their order; `dataclasses.fields` takes most of the time of a long list
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value)


def take_values(columns: Sequence[str], row: Any) -> list[Any]:
    """The values of the columns; those that no field has are the keys of a field that counts (`acts` of a month)."""
    values = vars(row)
    try:
        return [values[column] for column in columns]
    except KeyError:
        counts = {name: count for one in values.values() if isinstance(one, Mapping) for name, count in one.items()}
        return [values.get(column, counts.get(column)) for column in columns]


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )
    environment.filters.update(plain=make_plain, safe_url=make_safe_url, host=find_host)
    environment.globals.update(
        navigation=NAVIGATION, native_names=NATIVE_NAMES, languages=LANGUAGES, draw_line=draw_line,
        load_words=load_words, exports=EXPORTS, most_rows=MOST_ROWS,
    )
    return environment


def _make_context(desk: Desk) -> dict[str, Any]:
    request, words = desk.request, desk.words
    given = [(name, value) for name, value in request.query_params.multi_items() if value]

    def link(path: str = "", **changes: str) -> str:
        """This page's address, or another's, with the present query changed; an empty value drops a key."""
        kept = [(name, value) for name, value in given if name not in changes]
        query = urlencode([*kept, *((name, value) for name, value in changes.items() if value)])
        return (path or request.url.path) + (f"?{query}" if query else "")

    return {
        "desk": desk, "t": words.say, "n": words.count, "has": words.has, "day": desk.day, "moment": desk.moment,
        "published": desk.published, "place": desk.place, "outlet": desk.outlet, "why": desk.reason,
        "counted": desk.counted, "headline": desk.headline, "language": desk.language,
        "language_name": words.language_name, "link": link, "path": request.url.path, "given": dict(given),
        "reader": desk.visitor.session.reader, "is_open": request.app.state.access.is_open, "twins": (),
        "is_demo": request.app.state.is_demo,
    }
