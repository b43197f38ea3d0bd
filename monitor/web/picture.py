"""Draws the register as one picture (SVG): provinces of both countries, and a line for each two with ties; pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
WIDTH, TOP, ROW, FOOT = 860, 64, 20, 34
# Names stand outside these, lines run between them.
LEFT, RIGHT = 250, 610
THIN, THICK = 1.0, 7.0
FONT = "system-ui, 'Noto Sans', 'Noto Sans KR', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
INK, SOFT, LINE, PAPER = "#1d2733", "#5b6673", "#2f6f8f", "#ffffff"

Pair = tuple[str, str]


def draw_register(
    ties: Mapping[Pair, int], name: Callable[[str], str], title: str, countries: tuple[str, str], note: str
) -> bytes:
    """`ties` counts the ties of each two provinces. Colours stand in the picture itself: mail and papers have no style.
    """
    ElementTree.register_namespace("", SVG)
    left = sorted({vn for vn, _ in ties}, key=name)
    right = sorted({kr for _, kr in ties}, key=lambda kr: (_middle(kr, ties, left), name(kr)))
    rows = max(len(left), len(right), 1)
    height = TOP + rows * ROW + FOOT
    root = ElementTree.Element(f"{{{SVG}}}svg", {
        "viewBox": f"0 0 {WIDTH} {height}", "width": str(WIDTH), "height": str(height), "role": "img",
        "font-family": FONT, "font-size": "13",
    })
    ElementTree.SubElement(root, f"{{{SVG}}}title").text = f"{title}: {note}"
    _add(root, "rect", width=WIDTH, height=height, fill=PAPER)
    _write(root, title, WIDTH / 2, 24, "middle", size="17", weight="600")
    _write(root, countries[0], LEFT, 48, "end", weight="600")
    _write(root, countries[1], RIGHT, 48, "start", weight="600")
    places = {key: TOP + (number + 0.5) * rows * ROW / len(side) for side in (left, right)
              for number, key in enumerate(side)}
    _draw_lines(root, ties, places)
    for side, x, anchor, step in ((left, LEFT, "end", -1), (right, RIGHT, "start", 1)):
        for key in side:
            _add(root, "circle", cx=x, cy=places[key], r=3, fill=LINE)
            _write(root, f"{name(key)}  {_count(key, ties)}", x + 10 * step, places[key] + 4, anchor)
    _write(root, note, WIDTH / 2, height - 12, "middle", fill=SOFT)
    drawn: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return drawn


def _draw_lines(root: ElementTree.Element, ties: Mapping[Pair, int], places: Mapping[str, float]) -> None:
    most, middle = max(ties.values(), default=1), (LEFT + RIGHT) / 2
    for (vn, kr), count in sorted(ties.items(), key=lambda item: -item[1]):
        path = f"M{LEFT},{places[vn]:.1f} C{middle},{places[vn]:.1f} {middle},{places[kr]:.1f} {RIGHT},{places[kr]:.1f}"
        width = THIN + (THICK - THIN) * (count - 1) / max(1, most - 1)
        _add(root, "path", **{"d": path, "fill": "none", "stroke": LINE, "stroke-opacity": "0.4",
                              "stroke-width": f"{width:.1f}"})


def _middle(kr: str, ties: Mapping[Pair, int], left: Sequence[str]) -> float:
    """Where the partners of a place stand on the other side: in this order fewer lines cross."""
    order = {key: number for number, key in enumerate(left)}
    weighed = Counter({order[vn]: count for (vn, other), count in ties.items() if other == kr})
    return sum(number * count for number, count in weighed.items()) / max(1, weighed.total())


def _count(key: str, ties: Mapping[Pair, int]) -> int:
    return sum(count for pair, count in ties.items() if key in pair)


def _add(parent: ElementTree.Element, tag: str, **values: object) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{SVG}}}{tag}", {key: str(value) for key, value in values.items()})


def _write(
    root: ElementTree.Element, text: str, x: float, y: float, anchor: str, *, size: str = "", weight: str = "",
    fill: str = INK,
) -> None:
    values = {"x": x, "y": y, "text-anchor": anchor, "fill": fill, "font-size": size, "font-weight": weight}
    _add(root, "text", **{key: value for key, value in values.items() if value != ""}).text = text
