"""Says whether a page is plainly not the one that its list named: a challenge, a notice of the server; pure.

Asked only of pages that name nobody of the other country, as these are settled without being read: a page that was
never shown must not count as one that has nothing to say.
"""

import re

from crawler.text import clean_line, squeeze, unescape_again
from crawler.walls import find_notice

# Below it a page may be a notice: those that were seen have 1 to 15 KB, article pages with their menus 20 KB and more.
SMALL = 20_000
RUN, LETTERS = 3, 6  # words of a title that stand side by side on its page, and their letters; fewer say nothing
_HEADING = re.compile("<title[^>]*>(.{0,300}?)</title", re.I | re.S)


def find_doubt(page: bytes, title: str) -> str:
    """Why `page` (UTF-8) is not the one whose `title` a list named: `wall`, `soft_404` or `not_its_page`; empty if it
    may be, or nobody can tell."""
    words = unescape_again(clean_line(title)).split()
    runs = [" ".join(words[at:at + RUN]) for at in range(len(words) - RUN + 1)]
    runs = [run for run in runs if len(squeeze(run)) >= LETTERS]
    if not runs or any(run.encode() in page for run in runs):  # nearly always, at next to no cost
        return ""
    text, is_small = page.decode("utf-8", "replace"), len(page) < SMALL
    heading = _HEADING.search(text)
    notice = find_notice(text if is_small else "", unescape_again(heading[1]) if heading else "")
    if not (notice or is_small):
        return ""
    whole = squeeze(unescape_again(text))
    return "" if any(squeeze(run) in whole for run in runs) else notice or "not_its_page"
