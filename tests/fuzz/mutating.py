"""Makes broken inputs out of sound ones, the same ones for the same seed; it runs nothing."""

from collections.abc import Iterator, Sequence
from random import Random

# What breaks readers: marks of structure, entities, odd numbers, invisible and half signs, other encodings.
PIECES: tuple[bytes, ...] = (
    *(piece.encode("utf-8", "surrogatepass") for piece in (
        "<", ">", "&", "\"", "'", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
        "&#0;", "&#x110000;", "&amp;amp;lt;", "&#55296;", "<!DOCTYPE a [<!ENTITY x \"y\">]>", "</html>", "<p>" * 20,
        "<div>" * 60, "<table><tr><td>", "<script>", "</script>", "{", "}", "[", "]" * 9, "{\"a\":" * 30, "null", "NaN",
        "-1", "0", "1e400", "99999999999999999999", "2026-13-45", "0000-00-00", "1970-01-01T00:00:00Z", "GMT+25",
        "+99:99", "오전", "2026년 2월 30일", "31/02/2026", "\0", "\ufeff", "\u202e", "\u200b", "\u3164", "\ud800",
        "\u1112\u1161\u11ab", "e\u0301\u0323", "İ", "ß", "％", "٣", "²", "%00", "%ff%fe", "%", "//", "..", "/../", "@",
        "#", "?", "http://[::1", "https://", "javascript:", "data:text/html,", "http://0x7f.1/", "http://user@host@x/",
        "xn--a", "\r\n\r\n", "\t", " " * 300, "a" * 700, "=", "'''", "\"\"\"", "\\u", "\\", "~", "*" * 40, "(" * 40,
    )), b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\xb0\xa1\xb0", b"\xc0\xaf",
)
LONGEST = 20_000


def mutate_all(corpus: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` inputs: sound ones with one to six changes each."""
    chance = Random(seed)
    for _ in range(count):
        body = chance.choice(corpus)
        for _ in range(min(6, 1 + int(chance.expovariate(0.7)))):
            body = _mutate(body, corpus, chance)
        yield body[:LONGEST]


def _mutate(body: bytes, corpus: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randint(0, len(body))
    end = min(len(body), at + int(chance.expovariate(1 / 12)))
    match chance.randrange(8):
        case 0:  # cut out
            return body[:at] + body[end:]
        case 1:  # cut off
            return body[:at]
        case 2:  # a bit turned
            turned = bytes(sign ^ (1 << chance.randrange(8)) for sign in body[at:at + 1])
            return body[:at] + turned + body[at + 1:]
        case 3:  # again and again
            return body[:end] + body[at:end] * chance.choice((1, 2, 40)) + body[end:]
        case 4:  # a part of another one
            other = chance.choice(corpus)
            start = chance.randint(0, len(other))
            return body[:at] + other[start:start + chance.randint(1, 200)] + body[end:]
        case _:  # something that breaks readers, in the place of something, or between
            return body[:at] + chance.choice(PIECES) + body[chance.choice((at, end)):]
