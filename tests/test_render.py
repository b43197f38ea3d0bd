"""A digest is laid out whole and harmless, as an email and as Slack messages within Slack's limits."""

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from monitor.demo.stand_ins import find_fault
from monitor.digests.content import DigestArticle, Later
from monitor.digests.render import render
from monitor.digests.render_email import MAX_HTML, render_email
from monitor.digests.render_slack import MAX_MESSAGE, escape, render_slack
from monitor.digests.rendered import RenderedSlack
from monitor.digests.wording import LANGUAGES, load_wording
from tests.digest_samples import NOW, make_article, make_content, make_event, make_line
from tests.screen_samples import make_weekly

VOID = {"meta", "br", "link", "img", "hr", "input"}
HOSTILE = '<script>alert(1)</script> <!channel> <https://evil.example|bank> & "quoted" \u202ebidi\r\nBcc: x@y.example'


class Document(HTMLParser):
    """The elements of a document; `fault` names the first that is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.fault = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.fault = self.fault or (f"unclosed {self._open}" if self._open else "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.fault = self.fault or f"misplaced </{tag}>"


def slack_text(rendered: RenderedSlack) -> str:
    return json.dumps([message.blocks for message in rendered.messages], ensure_ascii=False)


def many_events(count: int) -> list[object]:
    title = "Một tiêu đề rất dài về hợp tác giữa hai địa phương " * 5
    articles = tuple(make_article(lang, title=title) for lang in ("vi", "ko"))
    return [make_event(f"e{n:03}", earlier_events=n, articles=articles) for n in range(count)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_html_and_slack_tell_the_same(language: str) -> None:
    event = make_event(articles=(make_article("vi", title="Ký kết"), make_article("ko", title="협약")))
    content = make_content(event, make_event("u", verdict="unsure"), language=language)
    headline = content.of_section("agreements")[0].headline

    email, slack = render_email(content), slack_text(render_slack(content))

    for said in (headline, "Ký kết", "협약", "https://cnnews.example/ko/1", "충남일보"):
        assert said in email.text and said in email.html and said in slack


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_is_well_formed_and_in_the_readers_language(language: str) -> None:
    document = Document(render_email(make_content(make_event(), language=language)).html)

    assert document.fault == ""
    assert [attributes["lang"] for tag, attributes in document.elements if tag == "html"] == [language]


def test_html_needs_no_more_than_360_pixels() -> None:
    html = render_email(make_content(make_event(articles=(make_article(title="x" * 300),)))).html
    document = Document(html)

    assert not {"img", "pre"} & {tag for tag, _ in document.elements}
    tables = [attributes for tag, attributes in document.elements if tag == "table"]
    assert tables and all((a["role"], a["width"]) == ("presentation", "100%") for a in tables)
    assert "overflow-wrap: anywhere" in html
    assert all(int(width) < 360 for width in re.findall(r"(?<!max-)width:\s*(\d+)px", html))
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in document.elements


def test_html_follows_dark_mode() -> None:
    html = render_email(make_content(make_event())).html

    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in Document(html).elements
    assert "@media (prefers-color-scheme: dark)" in html
    assert re.search(r'<h3 style="[^"]*font-size: 18px', html)  # the light rules are inlined


def test_html_loads_nothing_and_runs_nothing() -> None:
    document = Document(render_email(make_content(make_event())).html)

    assert not {"img", "script", "link", "iframe", "form", "object"} & {tag for tag, _ in document.elements}
    harmless = {
        "lang", "dir", "style", "class", "href", "name", "content", "charset", "role", "width", "align", "border",
        "cellpadding", "cellspacing", "data-css-inline",
    }
    assert all(set(attributes) <= harmless for _, attributes in document.elements)
    assert "url(" not in json.dumps(document.elements)


def test_the_original_words_carry_their_own_language() -> None:
    html = render_email(make_content(make_event(articles=(make_article("ko", title="협약"),)))).html

    assert ("a", "ko") in {(tag, attributes.get("lang")) for tag, attributes in Document(html).elements}
    assert ("span", "ko") in {(tag, attributes.get("lang")) for tag, attributes in Document(html).elements}


def test_hostile_words_are_harmless_in_an_email() -> None:
    article = make_article(title=HOSTILE, quote=HOSTILE, url="javascript:alert(1)", lang='x" onload="y')
    ledger = [make_line("vntimes", state="broken", state_reason=HOSTILE)]

    email = render_email(make_content(make_event(articles=(article,)), ledger=ledger))

    document = Document(email.html)
    assert document.fault == ""
    assert "script" not in {tag for tag, _ in document.elements}
    assert not any(name.startswith("on") for _, attributes in document.elements for name in attributes)
    assert not [tag for tag, _ in document.elements if tag == "a"]
    assert "\u202e" not in email.html + email.text + email.subject
    assert "\n" not in email.subject and "\r" not in email.text


def test_hostile_words_are_harmless_in_slack() -> None:
    article = make_article(title=HOSTILE, quote=HOSTILE, url="https://real.example/a|b>c&d")
    ledger = [make_line("vntimes", state="broken", state_reason=HOSTILE)]

    told = slack_text(render_slack(make_content(make_event(articles=(article,)), ledger=ledger)))

    assert re.findall(r"<[^>]*>", told) == ["<https://real.example/a%7Cb%3Ec&amp;d|real.example>"]
    assert "&lt;!channel&gt;" in told and "\u202e" not in told
    assert '"verbatim": true' in told and '"verbatim": false' not in told


def test_a_slack_link_is_shown_as_the_host_that_it_leads_to() -> None:
    article = make_article(title="https://bank.example", url="https://www.evil.example/login")

    told = slack_text(render_slack(make_content(make_event(articles=(article,)))))

    assert "<https://www.evil.example/login|evil.example>" in told
    assert "|https://bank.example" not in told


def test_slack_marks_in_names_stay_letters() -> None:
    assert not set("<>*`~") & set(escape("<a> *b* `c` ~d~"))
    assert escape("A & B") == "A &amp; B"


@pytest.mark.parametrize("count", [0, 1, 12, 120])
def test_slack_messages_keep_within_the_limits_and_lose_nothing(count: int) -> None:
    events = many_events(count)
    ledger = [make_line(f"o{n}", state="broken", state_reason=f"reason {n} " + "x" * 200) for n in range(60)]

    rendered = render_slack(make_content(*events, ledger=ledger))

    assert [find_fault(list(message.blocks)) for message in rendered.messages] == [""] * len(rendered.messages)
    assert all(len(json.dumps(m.blocks, ensure_ascii=False)) < MAX_MESSAGE + 1000 for m in rendered.messages)
    told = slack_text(rendered)
    assert told.count("friendship agreement signed") == count
    assert all(told.count(f"reason {n} x") == 1 for n in range(60))


def test_parts_of_a_long_digest_are_numbered_and_in_order() -> None:
    rendered = render_slack(make_content(*many_events(60)))

    total = len(rendered.messages)
    assert total > 2
    assert [m.text.rsplit(" ", 1)[1] for m in rendered.messages] == [f"({n}/{total})" for n in range(1, total + 1)]
    told = [int(n) for n in re.findall(r"(\d+) earlier event", slack_text(rendered))]
    assert told == sorted(told)


def test_a_message_does_not_end_with_a_lone_title() -> None:
    articles = tuple(make_article(title="a long title " * 15) for _ in range(9))
    visit = make_event("visit", act="visit", stage="done", articles=articles)

    for count in range(1, 30):
        messages = render_slack(make_content(*many_events(count), visit)).messages
        assert all(message.blocks[-1]["type"] != "header" for message in messages)


def test_saying_that_it_may_be_a_repeat_moves_nothing_between_messages() -> None:
    content = make_content(*many_events(30))

    first, again = render_slack(content), render_slack(content, may_repeat=True)

    def bodies(rendered: RenderedSlack) -> list[list[dict[str, object]]]:
        return [[block for block in m.blocks if block["type"] != "context"] for m in rendered.messages]

    assert bodies(first) == bodies(again)
    assert "already" not in slack_text(first)
    assert all("You may have received this digest already" in json.dumps(m.blocks) for m in again.messages)
    assert all(find_fault(list(message.blocks)) == "" for message in again.messages)


@pytest.mark.parametrize(("language", "words"), [
    ("en", "You may have received this digest already"), ("ko", "이미 받으신 소식지일 수 있습니다"),
    ("vi", "Có thể bạn đã nhận bản tin này"),
])
def test_an_email_that_may_be_a_repeat_says_so(language: str, words: str) -> None:
    content = make_content(make_event(), language=language)

    assert words in render_email(content, may_repeat=True).text and words in render_email(content, may_repeat=True).html
    assert words not in render_email(content).text


@pytest.mark.parametrize("notifier", ["email", "slack"])
def test_equal_content_gives_equal_messages(notifier: str) -> None:
    content = make_content(make_event())

    assert render(content, notifier) == render(replace(content), notifier)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_digest_says_first_ever(language: str) -> None:
    email = render_email(make_content(make_event(new_tie=True, earlier_events=0), language=language))

    assert "Twinwatch" in email.text
    assert not re.search(r"first ever|first time ever|사상 처음|최초|lần đầu tiên trong", email.text, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_html_and_slack_tell_later_reports_corrections_and_the_week(language: str) -> None:
    content = make_weekly(language)
    wording = load_wording(language)
    told = [
        wording.say("summary.title"), content.later[0].headline, content.later[0].articles[0].outlet,
        content.corrections[0].told, content.corrections[1].now, wording.say("link.wrong"),
        wording.say("section.unsure"), wording.say("field.labour"), wording.say("stage.planned"),
        wording.say("link.register"), wording.say("link.picture"), "https://watch.example/ties.svg",
    ]

    email, slack = render_email(content), slack_text(render_slack(content))

    for said in told:
        assert said in email.text and said in unescape(email.html) and said in slack
    for text in (email.text, unescape(email.html), slack):
        order = [text.rindex(said) for said in (*told[:2], told[3], told[6], wording.say("coverage.title"))]
        assert order == sorted(order)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alert_says_in_its_subject_what_happened(language: str) -> None:
    one = make_content(make_event(), language=language)
    alert = replace(one, kind="instant")
    more = replace(make_content(make_event("a"), make_event("b"), make_event("c"), language=language), kind="instant")

    headline = one.of_section("agreements")[0].headline
    assert headline not in render_email(one).subject
    assert render_email(alert).subject == f"Twinwatch: {headline}"
    assert headline in render_email(more).subject and "2" in render_email(more).subject.split(headline)[1]


def test_a_long_line_of_later_reports_keeps_its_links_whole() -> None:
    articles = tuple(
        DigestArticle(f"https://a.example/{n}/{'x' * 900}", f"Outlet {n}", "vi", "t", NOW) for n in range(12)
    )
    content = replace(make_content(make_event()), later=(Later("l", "Huế ↔ Busan", articles),))

    rendered = render_slack(content)

    assert [find_fault(list(message.blocks)) for message in rendered.messages] == [""] * len(rendered.messages)
    line = next(line for line in slack_text(rendered).split("• ") if line.startswith("Huế ↔ Busan"))
    assert line.count("<https") == line.count("|a.example>") > 0


def test_a_digest_in_which_every_outlet_is_broken_is_not_clipped() -> None:
    ledger = [make_line(f"outlet-{n}", state="broken", state_reason=f"{n} " + "reason " * 40) for n in range(400)]

    email = render_email(make_content(*many_events(60), ledger=ledger))

    assert len(email.html.encode()) <= MAX_HTML
    assert all(f"outlet-{n}" in email.text for n in range(400))
