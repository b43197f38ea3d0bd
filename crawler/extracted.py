"""What extraction gives, as a value; light to import, so that a crawl need not load what its workers work with."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Extracted:
    """An article, or why a page is none (`refused`, then the other fields hold what could still be read).

    `text` is NFC, one paragraph per line, the lead first. `published_at` and `modified_at` are aware or None;
    `date_source` is `json-ld`, `meta`, `page`, `address` or empty; `lang` an ISO 639-1 code or empty. `apart` names
    what the page prints otherwise than it claims: `title`, `date`.
    """

    url: str
    title: str = ""
    lead: str = ""
    text: str = ""
    author: str = ""
    published_at: datetime | None = None
    date_source: str = ""
    modified_at: datetime | None = None
    lang: str = ""
    refused: str = ""
    apart: tuple[str, ...] = ()
