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
MOST_ESCAPES = 8
_ESCAPED = re.compile("&(?:amp;)+", re.I)
UNKNOWN_FAMILY = "unknown"  # of an outlet that no seed file declares: nobody knows which query keys identify
_NOISE_START = ("utm_", "_ga", "pk_", "mtm_", "aspsession")
_TWIN = re.compile(r"^(?:www\d?|m|mobile|amp|wap)\.(?=[^.]+\.)")
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.I)
_AMP = re.compile(r"/amp(?=/|$)|\.amp$", re.I)
_COPY = re.compile(r"/(?:amp|print|savefile)(?=/|$)", re.I)  # a step of the path that makes a copy of the article
_ENDINGS = (".html", ".htm", ".vnp", ".vov", ".tpo", "")
_MARKED = re.compile(rf"{_COPY.pattern}|\.amp/?$|\.\w{{2,5}}/$", re.I)  # copies, and a file with a slash behind it
# What needs no cleaning, as most addresses do not: a sitemap holds 50,000 of them.
PLAIN_ADDRESS = re.compile(r"https?://(?:[a-z0-9-]+\.)+[a-z]+(?:(?:/[A-Za-z0-9._~-]+)+/?|/)")
_HOST = re.compile(r"[a-z0-9._-]+")  # with the underscore, which some servers' names have
_PORTS = {"http": 80, "https": 443}


def make_identity(url: str, outlet: Outlet) -> str:
    """What one article of `outlet` is known by: `<outlet.id>:<key>`, the same for all addresses of one article.

    The key is what the family's rule finds in the address or in its plain form; where it finds nothing, host and path
    without AMP, print, mobile and www forms. What is no address at all is known by itself.
    """
    try:
        return f"{outlet.id}:{_find_key(clean_url(url, outlet) or clean_line(url), outlet)}"
    except ValueError:  # "http://[::1", port out of range
        return f"{outlet.id}:{clean_line(url)}"


def _find_key(cleaned: str, outlet: Outlet) -> str:
    rule = outlet.family.identity
    key = "" if _MARKED.search(cleaned) else rule.find_key(cleaned)
    if not key and (rule.path or rule.query):
        key = next((key for form in (*_plain_forms(cleaned), cleaned) if (key := rule.find_key(form))), "")
    return key or _address_key(cleaned)


def is_article(url: str, outlet: Outlet) -> bool:
    """Whether `url`, or its twin without `www.`, `m.`, AMP, print form or last slash, is an article of `outlet`."""
    cleaned = clean_url(url, outlet)
    if not cleaned:
        return False
    parts = urlsplit(cleaned)
    search = outlet.article_url.search
    if any(map(search, (clean_line(url).partition("#")[0], cleaned, unquote(cleaned)))):
        return True
    plain = _TWIN.sub("", parts.netloc)
    hosts = list(dict.fromkeys((parts.netloc, plain, f"www.{plain}")))
    forms = [cleaned, *_plain_forms(cleaned), *_ordered_forms(parts, outlet)]
    return any(search(urlunsplit(urlsplit(form)._replace(netloc=host))) for form in forms for host in hosts)


def clean_url(url: str, outlet: Outlet) -> str:
    """The address to fetch and to show: absolute, NFC, percent-encoded, host in lower case, without noise or fragment.

    Query keys of the family's identity rule are always kept; where the rule or the outlet's article pattern does not
    need the query, all of it goes. Empty for what is no http address, or one with user and password.
    """
    if PLAIN_ADDRESS.fullmatch(url):
        return url
    text = _SESSION.sub("", _unescape_wholly(clean_line(url)))
    try:
        parts = urlsplit(text)
        if parts.scheme.lower() not in _PORTS or not make_host(text) or "@" in parts.netloc:
            return ""
        query = _kept_query(parts, outlet)
        made = urlunsplit((parts.scheme.lower(), make_host(text), _clean_path(parts.path), query, ""))
        return safe_url_string(made)  # not sorted: some systems ask for their keys in one order
    except ValueError:  # "http://[::1", port out of range
        return ""


def _unescape_wholly(text: str) -> str:
    """What is clean stays clean: an address that went through several systems is one article, not two."""
    text = _ESCAPED.sub("&", text)
    # Each pass takes signs away, so it comes to an end; what is too long for an address is not worth the time.
    for _ in range(len(text) if len(text) <= MAX_ADDRESS else MOST_ESCAPES):
        before, text = text, _ESCAPED.sub("&", unescape_again(text))
        if text == before:
            break
    return text


def make_host(url: str) -> str:
    """`host[:port]` of an http address in lower case, IDNA-encoded, default ports dropped; empty when there is none.

    What no host can be named by (blanks, `<`, `%`) is none.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    if ":" not in host and not _HOST.fullmatch(host):
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port is None or port == _PORTS.get(parts.scheme.lower()) else f"{host}:{port}"


def _plain_forms(url: str) -> list[str]:
    """The addresses that an AMP, print or slashed form may stand for, the likeliest first; without `url` itself."""
    parts = urlsplit(url)
    path = _COPY.sub("", parts.path).rstrip("/")
    paths = [path, f"{path}/"]
    if path.endswith(".amp"):
        paths = [path.removesuffix(".amp") + ending for ending in _ENDINGS]
    return [urlunsplit(parts._replace(path=path)) for path in paths if path != parts.path]


def _ordered_forms(parts: SplitResult, outlet: Outlet) -> list[str]:
    # A pattern names the keys in the order in which its system writes them; links by hand have another.
    wanted = outlet.family.identity.query
    if "&" not in parts.query or not wanted:
        return []
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    own = [(key, value) for key, value in pairs if key in wanted]
    rest = [(key, value) for key, value in pairs if key not in wanted]
    return [urlunsplit(parts._replace(query=urlencode(pairs))) for pairs in (own + rest, rest + own)]


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
    path = _AMP.sub("", _COPY.sub("", unquote(parts.path))).rstrip("/")
    return f"{host}{path}" + (f"?{parts.query}" if parts.query else "")
