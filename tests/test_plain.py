"""Foreign text and addresses are harmless before they enter a digest."""

import pytest

from monitor.digests.plain import make_plain, make_safe_url


@pytest.mark.parametrize(("text", "plain"), [
    ("Huế\r\nBcc: all@example.org", "Huế Bcc: all@example.org"),
    ("evil\u202etxt.exe\u202c", "eviltxt.exe"),
    ("zero\u200bwidth\u2066 and \x00 nul", "zerowidth and nul"),
    ("Hue\u0302\u0301", "Huế"),
    ("half \ud83d sign", "half sign"),
    ("line\u2028separator", "line separator"),
    ("충청남도 ↔ Huế", "충청남도 ↔ Huế"),
])
def test_foreign_text_becomes_one_visible_line(text: str, plain: str) -> None:
    assert make_plain(text) == plain


@pytest.mark.parametrize(("url", "safe"), [
    ("https://a.example/view.html?idxno=1&b=2#c", "https://a.example/view.html?idxno=1&b=2#c"),
    ("http://a.example/hu%E1%BA%BF", "http://a.example/hu%E1%BA%BF"),
    ("https://a.example/huế", "https://a.example/hu%E1%BA%BF"),
    ("https://a.example/<b>|\"x", "https://a.example/%3Cb%3E%7C%22x"),
    ("javascript:alert(1)", ""),
    ("data:text/html,x", ""),
    ("//a.example/x", ""),
    ("https://bank.example@evil.example/", ""),
    ("https://evil.example\\@bank.example/", ""),
    ("https://a.example/a b", ""),
    ("https://a.example/\u202egnp", ""),
    ("https://[::1/x", ""),
    ("https://a.example/" + "x" * 3000, ""),
])
def test_only_plain_web_addresses_become_links(url: str, safe: str) -> None:
    assert make_safe_url(url) == safe
