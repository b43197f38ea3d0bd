"""The small lines that tables draw of a count by days."""

import pytest

from monitor.web.drawing import HEIGHT, WIDTH, draw_line


@pytest.mark.parametrize(("values", "points"), [
    ((), ""),
    ((0,), "0.0,19.0"),
    ((7,), "0.0,1.0"),
    ((0, 0, 0), "0.0,19.0 42.0,19.0 84.0,19.0"),
    ((0, 5, 10), "0.0,19.0 42.0,10.0 84.0,1.0"),
    ((4, 4), "0.0,1.0 84.0,1.0"),
])
def test_a_line_spans_its_box_with_the_most_at_the_top(values: tuple[int, ...], points: str) -> None:
    assert draw_line(values) == points


def test_no_line_leaves_its_box() -> None:
    points = [point.split(",") for point in draw_line([3, 0, 1_000_000, 1, 2] * 6).split()]

    assert len(points) == 30
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
