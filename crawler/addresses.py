"""Guesses from addresses of articles what all of them look like and what tells them apart; pure, and only a guess."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import html

from seeds.outlet import IdentityRule

MOST_FORMS = 3
ENOUGH = 0.9  # of the addresses that the forms of the pattern must cover before no more are added
LEAST_SHARE = 0.8
_NUMBER_AT_END = r"(\d{4,})(?:\.\w{2,5})?/?$"
_HEX = re.compile(r".+-((?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,})")
_LAST_NUMBER = re.compile(r"(?P<before>.*?)(?P<word>[A-Za-z]*)(?P<number>\d{3,})")


def guess_pattern(urls: Sequence[str], rule: IdentityRule) -> str:
    """A regular expression for the articles of one site, by a few of their addresses, the likeliest first.

    It begins with ^, names hosts with their www and mobile twins, and always matches the first address.
    """
    counted = Counter(_make_form(url, rule) for url in urls)
    first = _make_form(urls[0], rule)
    forms, covered = [first], counted[first]
    for form, count in counted.most_common():
        if covered >= ENOUGH * len(urls) or len(forms) == MOST_FORMS:
            break
        if form not in forms:
            forms.append(form)
            covered += count
    host = _make_hosts(urls)
    return f"^https?://{host}{forms[0] if len(forms) == 1 else '(?:' + '|'.join(forms) + ')'}$"


def guess_identity(urls: Sequence[str]) -> dict[str, object]:
    """What tells the articles apart, as `identity` of an outlet's overrides; empty where only the address does."""
    pairs = [dict(parse_qsl(urlsplit(url).query)) for url in urls]
    for key in dict.fromkeys(key for pair in pairs for key in pair):
        values = [pair.get(key, "") for pair in pairs]
        if all(re.search(r"\d", value) for value in values) and _are_apart(values):
            return {"query": [key]}
    found = [match[1] for url in urls if (match := re.search(_NUMBER_AT_END, unquote(urlsplit(url).path)))]
    if len(found) >= LEAST_SHARE * len(urls) and _are_apart(found):
        return {"path": _NUMBER_AT_END}
    return {}


def guess_list_links(links: Iterable[html.HtmlElement]) -> list[str]:
    """The selectors that find links to articles on a list page, by the class of the link or of what it stands in."""
    counted = Counter(selector for node in links if (selector := _make_selector(node)))
    return [selector for selector, count in counted.most_common(2) if count > 2]


def _make_form(url: str, rule: IdentityRule) -> str:
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    keys = [key for key in rule.query if given.get(key)]
    if rule.query and len(keys) == len(rule.query):
        wanted = "".join(rf"(?=[^#]*[?&]{re.escape(key)}=[^&#]+)" for key in keys)
        return rf"{re.escape(parts.path)}{wanted}\?[^#]+"
    *folders, last = parts.path.rstrip("/").split("/")[1:] or [""]
    slash = "/" if parts.path.endswith("/") else ""
    inside = "".join(r"\d+/" if step.isdigit() else "[^/?#]+/" for step in folders)
    query = r"\?[^#]+" if parts.query else ""
    return f"/{inside}{_make_step(last)}{slash}{query}"


def _make_step(step: str) -> str:
    name, dot, ending = step.rpartition(".")
    if not dot or len(ending) > 5:
        name, dot, ending = step, "", ""
    tail = re.escape(f"{dot}{ending}")
    if name.isdigit():
        return rf"\d+{tail}"
    if match := _HEX.fullmatch(name):
        return rf"[^/?#]+-[0-9a-f]{{{len(match[1])}}}{tail}"
    if match := _LAST_NUMBER.fullmatch(name):
        before = "[^/?#]+-" if match["before"].endswith("-") else "[^/?#]*" if match["before"] else ""
        return rf"{before}{re.escape(match['word']) if len(match['word']) < 6 else '[A-Za-z]+'}\d{{3,}}{tail}"
    if name.count("-") >= 3:
        return rf"(?:[^/?#-]+-){{3}}[^/?#]*{tail}"
    return rf"[^/?#]{{6,}}{tail}" if len(name) >= 6 else rf"{re.escape(name)}{tail}"


def _make_hosts(urls: Sequence[str]) -> str:
    bare = dict.fromkeys(re.sub(r"^(?:www|m|mobile)\.(?=[^.]+\.)", "", urlsplit(url).netloc.lower()) for url in urls)
    names = [re.escape(host) for host in list(bare)[:MOST_FORMS]]
    twins = r"(?:www\.|m\.|mobile\.)?" if not re.match(r"[\d\[]", urls[0].partition("//")[2]) else ""
    return twins + (names[0] if len(names) == 1 else f"(?:{'|'.join(names)})")


def _are_apart(values: Sequence[str]) -> bool:
    return len(values) > 1 and len(set(values)) >= LEAST_SHARE * len(values)


def _make_selector(node: html.HtmlElement) -> str:
    for part, after in ((node, ""), (node.getparent(), " a"), (_grandparent(node), " a")):
        if part is None:
            continue
        name = next(iter((part.get("class") or "").split()), "")
        if re.fullmatch(r"[A-Za-z][\w-]*", name):
            return f"{part.tag!s}.{name}{after}"
    return ""


def _grandparent(node: html.HtmlElement) -> html.HtmlElement | None:
    parent = node.getparent()
    return None if parent is None else parent.getparent()
