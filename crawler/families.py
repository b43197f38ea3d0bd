"""Tells the CMS family of a site by the marks of its markup and the form of its addresses; it fetches nothing."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from crawler.markup import Page, parse_page
from seeds.outlet import Family

GENERIC = "generic"
ANYBODYS = (GENERIC, "custom")  # families of no system: what they look for is found on sites of every system
LEAST_WEIGHT = 1.5  # of what speaks for a family: one mark of its own system, or selectors that hardly any other has
LEAST_SHARE = 0.8  # of the articles' addresses in which the family's identity rule must find a key
# Words of a system's own in its markup. Origin: `about` of the families, and pages of these systems.
MARKS: dict[str, str] = {
    "kr_ndsoft": r"articleView\.html\?idxno=|article-veiw-body|ndsoft\.co\.kr",
    "wordpress": r"/wp-content/|content=[\"']WordPress",
    "nukeviet": r"content=[\"']NukeViet|nv_base_siteurl",
    "gnuboard": r"bo_table=|g5_bbs_url",
    "vn_1cdn": r"//[\w.-]*1cdn\.vn/",
    "vn_mastercms": r"/stores/news_dataimages/|__MASTERCMS_CONTENT",
    "vn_vccorp": r"VCSortableInPreviewMode|afcbc-body|mediacdn\.vn/",
    "vn_zce_post": r"zce-content-body|-post\d+\.(?:html|vnp|tpo)",
    "vn_fck_upload": r"fckeditorupload|/upload_images/images/",
    "liferay": r"Liferay\.Portlet|journal-content-article",
    "sharepoint": r"_layouts/15/|SharePoint",
    "plone": r"portal_css|content=[\"']Plone",
    "kr_egov_ntt": r"selectNtt(?:Info|List)|nttSn=|nttNo=",
}
_MARKS = {family: re.compile(pattern, re.I) for family, pattern in MARKS.items()}


def find_family(
    front: str, article: str, urls: Sequence[str], families: Mapping[str, Family],
) -> tuple[str, list[str]]:
    """The family's id and what spoke for it; `generic` with nothing where no family is likely.

    `front` and `article` are HTML of a list page and of an article, `urls` addresses of articles. A family counts only
    if its identity rule tells the articles apart; a selector weighs the less, the more families have it.
    """
    pages = [_open(front), _open(article)]
    owners = Counter(selector for family in families.values() for selector in set(_selectors(family)))
    common = {selector for name in ANYBODYS if name in families for selector in _selectors(families[name])}
    ranked: list[tuple[float, str, list[str]]] = []
    for family in families.values():
        if family.id in ANYBODYS or not can_identify(family, urls):
            continue
        found = [selector for selector in _find_selectors(family, pages) if selector not in common]
        weight = sum(1 / owners[selector] for selector in found)
        mark = _MARKS.get(family.id)
        marked = mark.search(f"{front}\n{article}") if mark else None
        ranked.append((weight + (2 if marked else 0), family.id, [*([marked[0]] if marked else []), *found]))
    weight, family_id, marks = max(ranked, default=(0.0, GENERIC, []))
    return (family_id, marks) if weight >= LEAST_WEIGHT else (GENERIC, [])


def can_identify(family: Family, urls: Sequence[str]) -> bool:
    """Whether the family's identity rule finds a key in nearly all of `urls`, and a different one in each."""
    rule = family.identity
    if not (rule.query or rule.path):
        return True
    keys = [key for url in urls if (key := rule.find_key(url))]
    return len(keys) >= LEAST_SHARE * len(urls) and len(set(keys)) >= LEAST_SHARE * len(keys)


def _find_selectors(family: Family, pages: Sequence[Page | None]) -> list[str]:
    front, article = pages
    found = [s for s in family.list_links if front and front.select([s])]
    rules = family.page
    known = (*rules.title, *rules.lead, *rules.body, *rules.author, *rules.date, *rules.remove)
    return found + [s for s in dict.fromkeys(known) if article and article.select([s])]


def _selectors(family: Family) -> tuple[str, ...]:
    rules = family.page
    return (*family.list_links, *rules.title, *rules.lead, *rules.body, *rules.author, *rules.date, *rules.remove)


def _open(text: str) -> Page | None:
    try:
        tree = parse_page(text)
    except ValueError:
        return None
    return None if tree is None else Page(tree)
