"""Draws the register as one picture (SVG): places of both countries, and a line for each two with ties; pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width, normalize
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
THIN, THICK = 1.0, 7.0
FONT = "system-ui, 'Noto Sans', 'Noto Sans KR', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
INK, SOFT, LINE, NEW, PAPER = "#1d2733", "#5b6673", "#2f6f8f", "#c2410c", "#ffffff"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Sizes:
    """Measures in pixels. Names stand outside `left` and `right`, lines run between them; a name that is wider than
    `longest` letters (Hangul counts twice) is cut."""

    width: int
    left: int
    right: int
    top: int
    row: int
    foot: int
    font: int
    title: int
    longest: int


ON_A_PAGE = Sizes(860, 250, 610, top=64, row=20, foot=34, font=13, title=17, longest=60)
# Emails are some 600 pixels wide, and half of that on a phone, where these letters are still 9 pixels high.
IN_AN_EMAIL = Sizes(560, 206, 354, top=80, row=28, foot=42, font=16, title=19, longest=20)


def draw_register(
    ties: Mapping[Pair, int], name: Callable[[str], str], title: str, countries: tuple[str, str], note: str, *,
    new: Collection[Pair] = (), new_label: str = "", sizes: Sizes = ON_A_PAGE,
) -> bytes:
    """`ties` counts the ties of each two places; `new` are those with a new one, which `new_label` explains.

    Colours stand in the picture itself: mail and papers have no style.
    """
    ElementTree.register_namespace("", SVG)
    left = sorted({vn for vn, _ in ties}, key=lambda vn: _order(name(vn)))
    right = sorted({kr for _, kr in ties}, key=lambda kr: (_middle(kr, ties, left), _order(name(kr))))
    rows = max(len(left), len(right), 1)
    foot = sizes.foot + (sizes.row if new else 0)
    height = sizes.top + rows * sizes.row + foot
    root = _begin(title, countries, note, height, sizes)
    places = {key: sizes.top + (number + 0.5) * rows * sizes.row / len(side) for side in (left, right)
              for number, key in enumerate(side)}
    _draw_lines(root, ties, places, new, sizes)
    for side, x, anchor, step in ((left, sizes.left, "end", -1), (right, sizes.right, "start", 1)):
        for key in side:
            _add(root, "circle", cx=x, cy=f"{places[key]:g}", r=3, fill=LINE)
            label = f"{_cut(name(key), sizes.longest)}  {_count(key, ties)}"
            _write(root, label, x + 10 * step, places[key] + sizes.font / 3, anchor)
    if new:
        _write(root, new_label, sizes.width / 2, height - foot + sizes.row, "middle", fill=NEW)
    _write(root, note, sizes.width / 2, height - 12, "middle", fill=SOFT)
    drawn: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return drawn


def _begin(title: str, countries: tuple[str, str], note: str, height: int, sizes: Sizes) -> ElementTree.Element:
    """The sheet with its head."""
    root = ElementTree.Element(f"{{{SVG}}}svg", {
        "viewBox": f"0 0 {sizes.width} {height}", "width": str(sizes.width), "height": str(height), "role": "img",
        "font-family": FONT, "font-size": str(sizes.font),
    })
    ElementTree.SubElement(root, f"{{{SVG}}}title").text = f"{title}: {note}"
    _add(root, "rect", width=sizes.width, height=height, fill=PAPER)
    _write(root, title, sizes.width / 2, sizes.title + 8, "middle", size=str(sizes.title), weight="600")
    for country, x, anchor in zip(countries, (sizes.left, sizes.right), ("end", "start"), strict=True):
        _write(root, country, x, sizes.top - sizes.font, anchor, weight="600")
    return root


def _draw_lines(
    root: ElementTree.Element, ties: Mapping[Pair, int], places: Mapping[str, float], new: Collection[Pair],
    sizes: Sizes,
) -> None:
    """The thinnest and the new ones last, above all others."""
    most, left, right = max(ties.values(), default=1), sizes.left, sizes.right
    middle = (left + right) / 2
    for (vn, kr), count in sorted(ties.items(), key=lambda item: (item[0] in new, -item[1])):
        start, end = f"{places[vn]:.1f}", f"{places[kr]:.1f}"
        path = f"M{left},{start} C{middle:g},{start} {middle:g},{end} {right},{end}"
        is_new = (vn, kr) in new
        width = (THIN + is_new) + (THICK - THIN) * (count - 1) / max(1, most - 1)
        _add(root, "path", **{"d": path, "fill": "none", "stroke": NEW if is_new else LINE,
                              "stroke-opacity": "0.9" if is_new else "0.4", "stroke-width": f"{width:.1f}"})


def _middle(kr: str, ties: Mapping[Pair, int], left: Sequence[str]) -> float:
    """Where the partners of a place stand on the other side: in this order fewer lines cross."""
    order = {key: number for number, key in enumerate(left)}
    weighed = Counter({order[vn]: count for (vn, other), count in ties.items() if other == kr})
    return sum(number * count for number, count in weighed.items()) / max(1, weighed.total())


def _count(key: str, ties: Mapping[Pair, int]) -> int:
    return sum(count for pair, count in ties.items() if key in pair)


def _order(name: str) -> str:
    """Letters with marks beside those without, Đ behind D, as Vietnamese dictionaries have it."""
    return normalize("NFD", name.casefold().replace("đ", "d\u0336"))


def _cut(name: str, longest: int) -> str:
    width = 0
    for place, sign in enumerate(name):
        width += 2 if east_asian_width(sign) in "WF" else 1
        if width > longest:
            return f"{name[: place - 1].rstrip()}…"
    return name


def _add(parent: ElementTree.Element, tag: str, **values: object) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{SVG}}}{tag}", {key: str(value) for key, value in values.items()})


def _write(
    root: ElementTree.Element, text: str, x: float, y: float, anchor: str, *, size: str = "", weight: str = "",
    fill: str = INK,
) -> None:
    values = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor, "fill": fill, "font-size": size,
              "font-weight": weight}
    _add(root, "text", **{key: value for key, value in values.items() if value != ""}).text = text
