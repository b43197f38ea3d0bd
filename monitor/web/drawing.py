"""Small pictures as numbers for SVG elements; sizes stand in the templates, colours in the stylesheet."""

from collections.abc import Sequence

WIDTH, HEIGHT = 84, 20


def draw_line(values: Sequence[int]) -> str:
    """The points of a line through `values`, in a box of WIDTH by HEIGHT; a flat line at the foot where all are 0."""
    most = max(values, default=0) or 1
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(f"{number * step:.1f},{HEIGHT - 1 - value / most * (HEIGHT - 2):.1f}" for number, value in
                    enumerate(values))
