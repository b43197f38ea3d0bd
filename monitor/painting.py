"""Paints an SVG picture as PNG, which every mail program shows, with fonts of this machine; it draws nothing itself."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from monitor.digests.rendered import Picture
from monitor.fonts import PictureError, find_fonts

# Two points of the picture for each pixel of the layout: screens of phones are that fine.
ZOOM = 2
MAX_BYTES = 200_000
# A font that the painter does not take leaves no box but nothing at all, and no word about it.
BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" font-family="sans-serif"></svg>'
PROBE = BLANK.replace("><", '><text x="4" y="24">1</text><')


def paint(svg: bytes, folders: Sequence[Path] | None = None) -> Picture:
    """The picture as PNG of at most MAX_BYTES, coarser where it has to be; the same bytes for the same fonts.

    Raises PictureError where a sign is in no font of `folders` (default: the system's), and where it takes more.
    """
    root = ElementTree.fromstring(svg)
    fonts = find_fonts("".join(root.itertext()), folders)
    files, family = [font.path for font in fonts], fonts[0].family
    if _paint(PROBE.encode(), files, family, 1) == _paint(BLANK.encode(), files, family, 1):
        raise PictureError(f"the painter does not take the font {family}", where=files[0])
    for zoom in range(ZOOM, 0, -1):
        png = _paint(svg, files, family, zoom)
        if len(png) <= MAX_BYTES:
            return Picture(png, int(root.attrib["width"]), int(root.attrib["height"]))
    raise PictureError(f"it takes {len(png):,} bytes, more than {MAX_BYTES:,}")


def _paint(svg: bytes, files: list[str], family: str, zoom: int) -> bytes:
    # Loaded when the first picture is painted, which is once a week.
    import resvg_py

    try:
        # `sans_serif_family`: what the picture names last; the fonts it names before are not among the files.
        return bytes(resvg_py.svg_to_bytes(
            svg_string=svg.decode(), zoom=zoom, skip_system_fonts=True, font_files=files, sans_serif_family=family,
        ))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        # A panic of the library, which is no Exception, must cost the picture only.
        raise PictureError(f"{type(error).__name__}: {error}") from error
