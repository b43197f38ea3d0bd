"""Tells which article an address stands for; it never fetches and never asks whether the address is safe."""

import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

from crawler.text import clean_line, unescape_again
from seeds.outlet import Outlet

# Query keys that say where a reader came from, never which article it is, met at Vietnamese and Korean outlets.
NOISE = frozenset({
    "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "gidzl", "zarsrc", "section", "site", "ref", "ref_src",
    "referrer", "feature", "mc_cid", "mc_eid", "ncid", "cmpid", "spm", "sharedfrom", "phpsessid", "jsessionid",
    "sessionid", "fl", "outputtype", "amp", "vnn_source", "vnn_medium", "is_mobile",
})
MAX_ADDRESS = 2_000  # characters: PostgreSQL indexes no value of more than 2,704 bytes; real articles have below 400
UNKNOWN_FAMILY = "unknown"  # of an outlet that no seed file declares: nobody knows which query keys identify
_NOISE_START = ("utm_", "_ga", "pk_", "mtm_", "aspsession")
_TWIN = re.compile(r"^(?:www\d?|m|mobile|amp|wap)\.(?=[^.]+\.)")
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.I)
_AMP = re.compile(r"/amp(?=/|$)|\.amp$", re.I)
_PORTS = {"http": 80, "https": 443}


def make_identity(url: str, outlet: Outlet) -> str:
    """What one article of `outlet` is known by: `<outlet.id>:<key>`, the same for all addresses of one article.

    The key is what the family's rule finds; where it finds nothing, host and path without AMP, mobile and www forms.
    """
    cleaned = clean_url(url, outlet) or clean_line(url)
    return f"{outlet.id}:{outlet.family.identity.find_key(cleaned) or _address_key(cleaned)}"


def is_article(url: str, outlet: Outlet) -> bool:
    """Whether `url`, or its twin without `www.`, `m.` or `amp.`, is the address of an article of `outlet`."""
    cleaned = clean_url(url, outlet)
    if not cleaned:
        return False
    parts = urlsplit(cleaned)
    forms = [clean_line(url).partition("#")[0], cleaned, unquote(cleaned)]
    plain = _TWIN.sub("", parts.netloc)
    forms += [urlunsplit(parts._replace(netloc=host)) for host in (plain, f"www.{plain}") if host != parts.netloc]
    return any(outlet.article_url.search(form) for form in forms)


def clean_url(url: str, outlet: Outlet) -> str:
    """The address to fetch and to show: absolute, NFC, percent-encoded, host in lower case, without noise or fragment.

    Query keys of the family's identity rule are always kept; where the rule or the outlet's article pattern does not
    need the query, all of it goes. Empty for what is no http address, or one with user and password.
    """
    text = _SESSION.sub("", unescape_again(clean_line(url)))
    try:
        parts = urlsplit(text)
        if parts.scheme.lower() not in _PORTS or not parts.hostname or "@" in parts.netloc:
            return ""
        query = _kept_query(parts, outlet)
        made = urlunsplit((parts.scheme.lower(), make_host(text), _clean_path(parts.path), query, ""))
        return safe_url_string(made)  # not sorted: some systems ask for their keys in one order
    except ValueError:  # "http://[::1", port out of range
        return ""


def make_host(url: str) -> str:
    """`host[:port]` of an http address in lower case, IDNA-encoded, default ports dropped; empty when there is none."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port is None or port == _PORTS.get(parts.scheme.lower()) else f"{host}:{port}"


def _clean_path(path: str) -> str:
    decoded = unquote(path)
    if "\ufffd" in decoded or "%2f" in path.lower():  # not UTF-8, or a slash that is no separator: as it came
        return path or "/"
    return quote(unicodedata.normalize("NFC", decoded), safe="/:@!$&'()*+,;=~") or "/"


def _kept_query(parts: SplitResult, outlet: Outlet) -> str:
    pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
    wanted = outlet.family.identity.query
    if not any(key in wanted for key, _ in pairs) and _needs_no_query(parts, outlet):
        return ""
    kept = [(unicodedata.normalize("NFC", key), unicodedata.normalize("NFC", value)) for key, value in pairs
            if key in wanted or not _is_noise(key)]
    return urlencode(kept)


def _needs_no_query(parts: SplitResult, outlet: Outlet) -> bool:
    bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    if outlet.family.identity.find_key(bare):
        return True
    return outlet.family.id != UNKNOWN_FAMILY and bool(outlet.article_url.search(bare))


def _is_noise(key: str) -> bool:
    low = key.lower()
    return low in NOISE or low.startswith(_NOISE_START)


def _address_key(url: str) -> str:
    parts = urlsplit(canonicalize_url(url, keep_blank_values=True))
    host = _TWIN.sub("", parts.netloc)
    path = _AMP.sub("", unquote(parts.path)).rstrip("/")
    return f"{host}{path}" + (f"?{parts.query}" if parts.query else "")
