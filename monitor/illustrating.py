"""Makes the picture that a weekly email carries; it chooses no ties and hands nothing over."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.digests.content import DigestContent
from monitor.digests.register import draw_picture
from monitor.digests.rendered import Picture
from monitor.digests.wording import load_wording
from monitor.fonts import PictureError, find_fonts
from monitor.painting import paint
from seeds.gazetteer import Gazetteer

if TYPE_CHECKING:
    from monitor.application import Application

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lettering:
    """Whether pictures in a language can be painted here: the families that would be taken, or what is amiss."""

    language: str
    families: tuple[str, ...]
    trouble: str = ""
    advice: str = ""


def illustrate(content: DigestContent, folders: Sequence[Path] | None = None) -> Picture | None:
    """The picture of the register that the digest's content holds, the same whenever it is asked for.

    None where it holds none, or where none can be painted here: then the digest has its links only, and a line of the
    log says why.
    """
    register = content.summary.register if content.summary else None
    if register is None:
        return None
    try:
        svg = draw_picture(content, register, load_wording(content.language))
        return _paint(svg, None if folders is None else tuple(folders))
    except PictureError as error:
        log.warning("digest %s goes without its picture: %s", content.subscription, error)
        return None


# Subscriptions without a filter have the same picture in each language, and painting one takes 0.2 s.
@lru_cache(maxsize=3)
def _paint(svg: bytes, folders: tuple[Path, ...] | None) -> Picture:
    return paint(svg, folders)


def look_at_lettering(application: "Application", folders: Sequence[Path] | None = None) -> list[Lettering]:
    """The languages of the weekly emails, and whether the names of all provinces can be painted in each."""
    mine = [one for one in application.subscriptions if one.schedule == "weekly" and one.notifier == "email"]
    return [_look(application.gazetteer, language, folders) for language in sorted({one.language for one in mine})]


def _look(gazetteer: Gazetteer, language: str, folders: Sequence[Path] | None) -> Lettering:
    provinces = {gazetteer.province(key) for key in gazetteer.localities}
    try:
        fonts = find_fonts("".join(gazetteer.name(key, language) for key in provinces), folders)
    except PictureError as error:
        return Lettering(language, (), error.what, error.advice)
    return Lettering(language, tuple(font.family for font in fonts))
