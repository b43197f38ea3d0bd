"""Makes plain local stories in any number, for tests of long feeds. None names both countries or any cooperation."""

from datetime import timedelta

from seeds.newsroom.library import load_fillers
from seeds.newsroom.values import OutletPlay, Story


def make_filler(outlet: OutletPlay, number: int, age: timedelta) -> Story:
    """A plain story of `outlet`, told apart from its like by `number`, which must be new to the outlet."""
    texts = load_fillers()[outlet.lang]
    return Story(
        id=f"filler-{outlet.id}-{number}", outlet_id=outlet.id, lang=outlet.lang, about="filler", age=age,
        title=texts["title"].format(n=number), lead=texts["lead"].format(n=number),
        paragraphs=tuple(text.format(n=number) for text in texts["paragraphs"]),
    )
