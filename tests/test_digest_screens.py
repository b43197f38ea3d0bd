"""The HTML of digests, in a real Chromium: narrow and wide, light and dark, nothing is cut, pale or fetched."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from monitor.digests.content import DigestContent
from monitor.digests.render_email import MAX_HTML, render_email
from monitor.digests.wording import LANGUAGES
from monitor.illustrating import illustrate
from tests import screen_samples
from tests.screen_samples import BASE

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SAMPLES: dict[str, Callable[[str], DigestContent]] = {
    "usual": screen_samples.make_usual, "weekly": screen_samples.make_weekly, "nothing": screen_samples.make_nothing,
    "broken": screen_samples.make_broken, "long": screen_samples.make_long, "many": screen_samples.make_many,
}
# The extremes in every language and view are for the slow tests: long pictures take their time.
OTHERS = [pytest.param(sample, marks=pytest.mark.slow) for sample in list(SAMPLES)[1:]]
VIEWS = [(360, "light"), (360, "dark"), (1200, "light"), (1200, "dark")]
PAGE = {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 27, 33)"}
# Lines of text that leave the page's box, are cut by a box of their own, or have no height.
FIND_CUT_TEXT = """() => {
  const page = document.querySelector('.page').getBoundingClientRect(), found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.className === 'pre') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()];
    const cut = lines.some(r => r.left < page.left - 0.5 || r.right > page.right + 0.5);
    const hides = parent.scrollWidth > parent.clientWidth + 1 && getComputedStyle(parent).overflowX !== 'visible';
    if (!lines.length || cut || hides) found.push(node.data.slice(0, 60));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is not installed; the machine's package manager has it (package `chromium`)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all; whatever a message asks the network for is refused and fails the test."""
    opened = browser.new_page()
    opened.route("**/*", lambda route: route.abort())
    opened.on("request", lambda request: pytest.fail(f"the message asks for {request.url}"))
    yield opened
    opened.close()


def show(page: Page, html: str, width: int = 360, scheme: str = "light") -> None:
    """Shows HTML to a reader with a width in pixels and a colour scheme."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_content(html)


def make_html(sample: str, language: str) -> str:
    content = SAMPLES[sample](language)
    return render_email(
        content, unsubscribe_url=f"{BASE}/unsubscribe/token", picture=illustrate(content)
    ).html_for_browser


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", ["usual", *OTHERS])
def test_pictures_at_every_width_and_scheme(page: Page, tmp_path: Path, sample: str, language: str) -> None:
    html = make_html(sample, language)

    for width, scheme in VIEWS:
        show(page, html, width, scheme)
        picture = tmp_path / f"{sample}-{language}-{width}-{scheme}.png"
        page.screenshot(path=picture, full_page=True)

        assert picture.stat().st_size > 5_000
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(FIND_CUT_TEXT) == []
        assert page.evaluate("getComputedStyle(document.querySelector('.page')).backgroundColor") == PAGE[scheme]
        assert not page.locator(".pre").is_visible()


@pytest.mark.parametrize("sample", list(SAMPLES)[1:])
def test_nothing_is_cut_and_nothing_scrolls_sideways_on_a_phone(page: Page, sample: str) -> None:
    show(page, make_html(sample, "ko"))

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(FIND_CUT_TEXT) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "shown"), [(360, 328), (1200, 560)])
def test_the_register_s_picture_is_shown_as_wide_as_there_is_room_and_not_distorted(
    page: Page, language: str, width: int, shown: int
) -> None:
    if illustrate(SAMPLES["weekly"](language)) is None:
        pytest.skip("no font here has the letters of this language; `twinwatch doctor` says which to install")

    show(page, make_html("weekly", language), width)
    box = page.locator("a > img").bounding_box()
    wide, high = page.evaluate("[document.images[0].naturalWidth, document.images[0].naturalHeight]")

    assert box and box["width"] == shown and wide == 1120
    assert abs(box["height"] / box["width"] - high / wide) < 0.005
    assert len(page.locator("img").get_attribute("alt") or "") > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(page: Page, scheme: str) -> None:
    content = SAMPLES["weekly"]("vi")
    email = render_email(content, may_repeat=True, unsubscribe_url=BASE, picture=illustrate(content))
    show(page, email.html_for_browser, scheme=scheme)

    rules = ["color-contrast", "image-alt", "link-name", "html-has-lang", "valid-lang"]
    results = Axe().run(page, options={"runOnly": rules})

    assert results.response["passes"]
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(("wrong", "found"), [
    ('<div style="width: 2000px; text-align: right">far out</div>', "far out"),
    ('<b style="display: block; width: 9px; overflow: hidden; word-wrap: normal">Fortschritt</b>', "Fortschritt"),
    ('<b style="display: none">gone</b>', "gone"),
])
def test_the_search_for_cut_text_finds_what_is_cut(page: Page, wrong: str, found: str) -> None:
    html = make_html("nothing", "en")

    show(page, html.replace("</h1>", f"</h1>{wrong}", 1))

    assert page.evaluate(FIND_CUT_TEXT) == [found]


@pytest.mark.parametrize(("events", "articles"), [(40, 7), (600, 1)])
def test_no_message_is_so_long_that_a_reader_s_program_clips_it(events: int, articles: int) -> None:
    content = screen_samples.make_many("ko", events, articles)

    email = render_email(content)

    assert len(email.html.encode()) <= MAX_HTML
    assert len(email.html.encode()) > MAX_HTML * 0.9
    assert all(event.headline in email.text for event in content.sections[0].events)
    assert email.text.count("https://paper0.example/") == events
