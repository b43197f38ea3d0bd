"""The dashboard in a real Chromium: every page, narrow and wide, light and dark, by mouse, by keyboard, without script.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from monitor.application import Application
from monitor.judging.judge import Knowledge
from seeds.catalogue import Catalogue
from tests.bench.large_store import NOW, SUBSCRIPTION
from tests.fake_clock import FakeClock
from tests.web.live import fill, make_live_application, serve

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PAGES = {
    "today": "/", "events": "/events", "event": "/events/e1", "rules": "/events/e1/rules", "ties": "/ties",
    "tie": "/ties/VN-46/KR-44", "map": "/map", "timeline": "/timeline?years=10", "outlets": "/outlets",
    "outlet": "/outlets/huengaynay", "digests": "/digests", "digest": "/digests/1", "runs": "/runs",
}
MISSING = "/nothing"
# What the Tab key must reach, in the page's order; what is folded away is not there yet.
CONTROLS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
  .filter(one => one.checkVisibility({contentVisibilityAuto: true})).length"""
LISTEN = """() => { window.reached = new Set();
  document.addEventListener('focusin', event => window.reached.add(event.target)); }"""
MORE_STOPS = 8
WIDTHS = (360, 1280)
# Of A4 between its margins, in CSS pixels.
PAPER = 680
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def live_application(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, knowledge: Knowledge
) -> Application:
    folder = tmp_path_factory.mktemp("live")
    made = make_live_application(folder, f"sqlite:///{folder}/twinwatch.db", catalogue)
    made.knowledge = knowledge
    fill(made)
    return made


@pytest.fixture(scope="module")
def base(live_application: Application) -> Iterator[str]:
    """The address of a dashboard with some hundred events."""
    with serve(live_application) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is not installed; the machine's package manager has it (package `chromium`)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(chromium: Browser, base: str) -> Iterator[Page]:
    yield from _open(chromium, base)


@pytest.fixture
def page_without_script(chromium: Browser, base: str) -> Iterator[Page]:
    yield from _open(chromium, base, java_script_enabled=False)


def _open(chromium: Browser, base: str, **options: object) -> Iterator[Page]:
    """A page of a new visitor; what it says in its console or asks of others fails the test at its end."""
    context = chromium.new_context(base_url=base, **options)  # type: ignore[arg-type]
    opened, troubles = context.new_page(), list[str]()
    opened.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("request", lambda request: None if _is_ours(request.url, base) else troubles.append(request.url))
    yield opened
    context.close()
    assert not [one for one in troubles if "404 (Not Found)" not in one]


def _is_ours(url: str, base: str) -> bool:
    return urlsplit(url).netloc == urlsplit(base).netloc


def make_link_pages(application: Application) -> list[str]:
    """The addresses of a digest's links, as paths."""
    links = application.links
    made = (links.judge("e1", "no", SUBSCRIPTION, NOW), links.unsubscribe(SUBSCRIPTION, "desk@city.example", NOW))
    return [urlsplit(str(url)).path for url in made]


def test_every_page_fits_says_nothing_in_the_console_and_asks_nobody_else(
    page: Page, live_application: Application
) -> None:
    for path in (*PAGES.values(), MISSING, *make_link_pages(live_application)):
        answer = page.goto(path)

        assert answer and answer.status == (404 if path == MISSING else 200), path
        assert page.locator("h1").count() == 1, path
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_the_register_is_printed_as_a_table(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.goto("/ties")

    edges = {page.locator(f".register tbody tr:first-child td:nth-child({number})").bounding_box()["y"]  # type: ignore[index]
             for number in range(1, 7)}
    assert len(edges) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert not page.locator(".top nav").is_visible() and page.locator("thead").is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ko", "vi"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_every_page_in_every_language(page: Page, tmp_path: Path, language: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for name, path in PAGES.items():
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            picture = tmp_path / f"{name}-{language}-{width}-{scheme}.png"
            page.screenshot(path=picture)

            assert picture.stat().st_size > 5_000
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_events_are_filtered_and_paged_in_place(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/events")
    before = page.locator(".event").count()
    page.get_by_role("link", name="Older").click()
    page.wait_for_url("**before=*")
    older = page.locator(".event").count()
    page.get_by_role("link", name="Back to the newest").click()
    page.wait_for_url(lambda url: "before" not in url)
    with page.expect_response("**/events?*act=agreement*"):
        page.locator("select[name=act]").select_option("agreement")
    page.wait_for_url("**act=agreement**")

    assert (before, older) == (50, 50)
    expect(page.locator(".event")).not_to_have_count(50)
    assert 0 < page.locator(".event").count() < 50
    assert page.locator("select[name=act]").input_value() == "agreement"


@pytest.mark.parametrize("path", ["/events", "/ties", "/map", "/timeline"])
def test_what_leads_out_of_a_list_goes_with_its_filter(page: Page, path: str) -> None:
    page.goto(path)
    unfiltered, steps = page.locator("#clear a").count(), page.evaluate("history.length")
    page.locator("input[name=place]").fill("hue")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}?place=VN-46")
    expect(page.locator("#clear a")).to_have_count(1)
    expect(page.locator("input[name=place]")).to_have_value("Huế")
    steps -= page.evaluate("history.length")
    led = [one.get_attribute("href") or ""
           for one in page.locator("#exports a, #languages a, head link[rel=alternate]").all()]
    focused = page.evaluate("document.activeElement.name")
    page.get_by_role("link", name="Tiếng Việt").click()
    page.wait_for_url("**lang=vi**")

    assert (unfiltered, focused, steps) == (0, "place", -1)
    assert len(led) >= 5 and all("place=VN-46" in one for one in led), led
    assert page.locator("input[name=place]").input_value() == "Huế"


def test_an_event_is_judged_taken_back_and_merged(page: Page) -> None:
    page.goto("/events/e2")
    page.locator(".judge").get_by_label("name").fill("Lan")
    page.get_by_role("button", name="Wrong").click()
    page.locator(".log li").first.wait_for()
    wrong = page.locator("h1 + p").inner_text()
    page.get_by_role("button", name="Undo").click()
    page.locator(".log li.gone").wait_for()
    undone = page.locator("h1 + p").inner_text()
    page.get_by_role("button", name="Right").click()
    page.locator(".log li:not(.gone)").wait_for()
    mend = page.locator(".mend:has(input[value=e3])")
    mend.locator("summary").click()
    mend.get_by_role("button").click()
    page.locator(".articles li >> nth=1").wait_for()

    assert "refuted" in wrong.lower() or "wrong" in wrong.lower()
    assert wrong != undone
    assert page.locator(".articles li").count() == 2
    page.locator(".log li:not(.gone)", has=page.locator("form")).get_by_role("button").click()
    expect(page.locator(".articles li")).to_have_count(1)


def test_everything_works_without_script(page_without_script: Page) -> None:
    page = page_without_script
    page.goto("/events")
    page.locator("select[name=act]").select_option("visit")
    page.locator(".filter button").click()
    filtered = page.url
    page.goto("/events")
    page.get_by_role("link", name="Older").click()
    paged = page.url
    page.goto("/events/e1")
    page.locator(".judge").get_by_label("name").fill("Minh")
    page.get_by_role("button", name="Right").click()

    assert "act=visit" in filtered and "before=" in paged
    assert "Minh" in page.locator(".log").inner_text()
    assert page.url.endswith("/events/e1#said")
    assert page.evaluate("document.querySelector(':target').textContent").startswith("Minh said")


def test_after_a_form_the_focus_is_on_what_it_did(page: Page, live_application: Application) -> None:
    said: list[tuple[str, bool]] = []

    def press(button: Locator) -> None:
        assert isinstance(live_application.clock, FakeClock)
        live_application.clock.advance(seconds=1)
        button.focus()
        with page.expect_response("**/events/*"):
            page.keyboard.press("Enter")
        expect(page.locator("#said")).to_be_focused()
        said.append(page.evaluate("[document.activeElement.textContent, document.activeElement.checkVisibility()]"))

    page.goto("/events/e3?lang=en")
    page.locator(".judge .acts input[name=reader]").first.fill("Hoa")
    press(page.get_by_role("button", name="Wrong"))
    press(page.get_by_role("button", name="Undo"))
    press(page.get_by_role("button", name="Right"))
    press(page.get_by_role("button", name="Undo"))

    assert [told.split(",")[0] for told, _ in said] == [
        "Hoa said that it is wrong", "Hoa said that it is wrong", "Hoa said that it is right",
        "Hoa said that it is right",
    ]
    assert ["Taken back by Hoa" in told for told, _ in said] == [False, True, False, True]
    assert all(is_seen for _, is_seen in said)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement !== document.body")


def test_any_event_of_the_two_provinces_is_found_and_merged(page: Page) -> None:
    page.goto("/events/e1?lang=en")
    offered = page.locator("#others li").count()
    page.locator("input[name=others]").fill("friendship agreement")
    page.keyboard.press("Enter")
    expect(page.locator("#others li").first).to_be_visible()
    focused = page.evaluate("document.activeElement.name")
    addresses = [one.get_attribute("href") for one in page.locator("#others li > a").all()]

    assert (offered, focused) == (0, "others") and addresses and "/events/e1" not in addresses
    assert page.locator("#others summary").first.inner_text() == "Same event?"


@pytest.mark.parametrize("name", ["events", "event", "map", "outlet", "digests"])
def test_every_control_is_reached_with_the_keyboard(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    wanted = page.evaluate(CONTROLS)
    page.evaluate(LISTEN)
    # Fields for days have several stops each.
    for _ in range(wanted + MORE_STOPS):
        page.keyboard.press("Tab")

    assert page.evaluate("window.reached.size") >= wanted > 10
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") is not None


def test_an_arc_of_the_map_leads_to_its_tie_with_the_keyboard(page: Page) -> None:
    page.goto("/map")
    arc = page.locator(".arc").first
    arc.focus()
    name = arc.get_attribute("aria-label") or ""
    page.keyboard.press("Enter")
    page.wait_for_url("**/ties/VN*/KR*")

    assert "↔" in name
    assert page.locator("h1").inner_text() == name.partition(":")[0]


def test_the_page_one_is_on_is_told_apart_in_forced_colours_too(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(PAGES["map"])
    lines = page.locator(".top nav a").evaluate_all(
        "links => links.map(one => getComputedStyle(one).textDecorationLine)")

    assert sorted(lines) == ["none"] * 7 + ["underline"]


@pytest.mark.parametrize(("scheme", "names"), [
    ("light", ["event", "map"]), ("dark", ["timeline", "outlet"]),
    *(pytest.param(scheme, list(PAGES), marks=pytest.mark.slow) for scheme in ("light", "dark")),
])
def test_axe_finds_nothing_serious(page: Page, live_application: Application, scheme: str, names: list[str]) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    axe = Axe()

    links = make_link_pages(live_application) if scheme == "dark" else []
    for path in (*(PAGES[name] for name in names), *links):
        page.goto(path)
        found = axe.run(page).response

        assert len(found["passes"]) > 10, path
        assert not [
            (one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in found["violations"] if one["impact"] in SERIOUS
        ], path


def test_logging_in(chromium: Browser, live_application: Application, catalogue: Catalogue, tmp_path: Path) -> None:
    database = live_application.settings.database_address
    locked = make_live_application(tmp_path, database, catalogue, password="correct horse battery")
    locked.knowledge = live_application.knowledge

    with serve(locked) as base:
        for page in _open(chromium, base):
            page.goto("/ties")
            found = Axe().run(page).response["violations"]
            page.locator("input[type=password]").fill("correct horse battery")
            page.get_by_role("button").click()
            page.wait_for_url("**/ties")

            assert not [one["id"] for one in found if one["impact"] in SERIOUS]
            assert page.locator(".register").count() == 1
