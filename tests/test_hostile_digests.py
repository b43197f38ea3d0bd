"""Whatever an outlet, a place, an error or a recipient is named, no output of a digest is steered by it: a table."""

import json
import re
import unicodedata
from urllib.parse import urlsplit

import pytest

from monitor.digests.compose import compose
from monitor.digests.content import Correction, DigestArticle, DigestContent, Later
from monitor.digests.plain import make_plain
from monitor.digests.render import render
from monitor.digests.render_email import render_email
from monitor.digests.render_slack import render_slack
from monitor.digests.rendered import RenderedEmail, RenderedSlack
from tests.digest_samples import NOW, SINCE, inside, make_article, make_event, make_line, make_subscription, zone_of
from tests.test_render import Document

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "attribute": "\" onmouseover=\"alert(1)\" x=\"' style='position:fixed",
    "end of the document": "</td></tr></table></body></html><style>*{display:none}</style>",
    "comment": "--><![endif]--><!--[if mso]><script>",
    "template": "{{ view.subject }}{% for x in y %}{0.__class__}{n}%(n)s",
    "slack channel": "<!channel> <!here> <!everyone> <@U012AB3CD> <#C012AB3CD> <!subteam^S1>",
    "slack link": "<https://evil.example|https://bank.example> <mailto:a@b.example|x>",
    "slack escape": "&lt;!channel&gt; &amp;lt;!here&amp;gt;",
    "slack marks": "*bold* _it_ ~no~ `code` ```pre``` > quote :bomb:",
    "header break": "x\r\nBcc: all@evil.example\r\n\r\n<b>body</b>",
    "other line breaks": "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg",
    "boundary": "--===============1234==\r\nContent-Type: text/html",
    "right to left": "\u202egnp.exe\u202c \u2066x\u2069 \u200f \u061c",
    "zero width": "b\u200ba\u200cn\u200dk\u2060.\ufeffe\u00adx",
    "fillers": "\u3164\u115f\uffa0\u2800\u034fa\ufe0f\U000e0101",
    "tags": "a\U000e0041\U000e0042\U000e007f",
    "pile of marks": "Z" + "\u0335\u0348\u034d\u0353\u031c" * 40 + "a",
    "private and half": "a\ue000\ud800\uffff",
    "nul and bell": "a\x00b\x07c\x1b[31md",
    "endless word": "x" * 5000,
    "formula": "=HYPERLINK(\"https://evil.example\")",
    "arabic": "عنوان \u202bطويل",
}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "h1", "h2", "h3", "p", "br",
    "a", "ul", "li", "span", "bdi", "blockquote",
}
INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}


def make_hostile(text: str) -> DigestContent:
    """A digest with `text` in every place that a stranger can fill."""
    article = make_article(title=text, quote=text, lang=text[:20], outlet_id="evil", url="https://evil.example/a")
    unsafe = make_article(title=text, quote=text, url=f"javascript:{text}", outlet_id="evil")
    shown = DigestArticle("https://evil.example/a", make_plain(text), "vi", make_plain(text), NOW)
    content = compose(
        make_subscription(), [make_event(articles=(article, unsafe)), make_event("u", verdict="unsure")],
        [make_line("evil", state="broken", state_reason=text)], outlet_names={"evil": text},
        name=lambda key, language: text, zone_of=zone_of, inside=inside, composed_at=NOW, since_at=SINCE,
    )
    headline = content.of_section("agreements")[0].headline
    return DigestContent(**{
        **content.__dict__, "later": (Later("l", headline, (shown,)),),
        "corrections": (Correction("c", "changed", headline, headline),),
    })


def render_both(text: str) -> tuple[RenderedEmail, RenderedSlack]:
    content = make_hostile(text)
    return render_email(content), render_slack(content)


def find_invisible(text: str) -> set[str]:
    return {f"U+{ord(sign):04X}" for sign in text if sign != "\n" and unicodedata.category(sign) in INVISIBLE}


@pytest.mark.parametrize("name", HOSTILE)
def test_html_holds_our_elements_only_and_leads_where_it_says(name: str) -> None:
    document = Document(render_both(HOSTILE[name])[0].html)

    assert document.fault == ""
    assert {tag for tag, _ in document.elements} <= TAGS
    attributes = [(key, value or "") for _, found in document.elements for key, value in found.items()]
    assert not [key for key, _ in attributes if key.startswith("on") or key in ("src", "srcdoc", "action")]
    assert {urlsplit(value).hostname for key, value in attributes if key == "href"} <= {
        "evil.example", "huengaynay.example",
    }
    assert not [value for key, value in attributes if key == "style" and "position" in value]
    assert len([tag for tag, _ in document.elements if tag == "style"]) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_no_output_holds_a_sign_that_is_not_seen(name: str) -> None:
    email, slack = render_both(HOSTILE[name])

    said = json.dumps([[m.text, *m.blocks] for m in slack.messages], ensure_ascii=False)
    for text in (email.subject, email.text, email.html, said):
        assert find_invisible(text) == set()
        assert not re.search(r"[\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f]", text)
        assert not re.search(r"[\u0300-\u036f]{3}", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_subject_is_one_line_and_a_text_has_no_line_that_is_not_ours(name: str) -> None:
    email, _ = render_both(HOSTILE[name])
    harmless, _ = render_both("harmless")

    assert "\n" not in email.subject and len(email.subject) <= 200
    assert len(email.text.splitlines()) == len(harmless.text.splitlines())


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_is_told_of_nothing_but_our_links(name: str) -> None:
    _, slack = render_both(HOSTILE[name])

    said = [m.text for m in slack.messages]
    said += [
        part["text"] for m in slack.messages for block in m.blocks
        for part in (block.get("text"), *block.get("elements", ())) if part and part["type"] == "mrkdwn"
    ]
    links = re.findall(r"<[^>]*>", "\n".join(said))
    assert set(links) <= {"<https://evil.example/a|evil.example>", "<https://huengaynay.example/vi/1|huengaynay.example>"}
    assert len(links) >= 2
    assert not [one for one in said if re.search(r"&(?!amp;|lt;|gt;)", one)]
    assert all(part.get("verbatim", True) for m in slack.messages for b in m.blocks for part in b.get("elements", ()))


@pytest.mark.parametrize("notifier", ["email", "slack"])
def test_a_harmless_digest_is_left_as_it_is(notifier: str) -> None:
    told = str(render(make_hostile("Báo Ví Dụ – 예시일보 “trích dẫn” 100 % & hơn"), notifier))

    assert "Báo Ví Dụ – 예시일보 “trích dẫn” 100 % &" in told


@pytest.mark.parametrize(("text", "plain"), [
    ("Z" + "\u0335" * 30 + "a", "Z\u0335\u0335a"), ("Hue\u0302\u0301", "Huế"), ("สั่ง", "สั่ง"),
    ("a\u3164b", "ab"), ("❤️", "❤"),
])
def test_marks_are_thinned_only_where_they_pile_up(text: str, plain: str) -> None:
    assert make_plain(text) == plain
