"""Undoes compression that a server or a file still carries; refuses to grow beyond a limit."""

import zlib

MAX_BYTES = 8 * 1024 * 1024  # the crawler's response cap, `crawl.max_bytes`
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class TooLarge(ValueError):
    """A body that grows beyond the limit when it is unpacked."""


def unpack(body: bytes, limit: int = MAX_BYTES) -> bytes:
    """`body` without gzip, zstd or brotli around it; a damaged end gives what came before it.

    Raises TooLarge when the body, packed or not, is longer than `limit`.
    """
    if body.startswith(_GZIP):
        body = _inflate(body, limit)
    elif body.startswith(_ZSTD):
        body = _unzstd(body, limit)
    elif looks_binary(body):
        body = _unbrotli(body, limit)
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes")
    return body


def looks_binary(body: bytes) -> bool:
    """Whether `body` cannot be text: control bytes that no charset uses, apart from NUL padding and UTF-16."""
    head = body[:1024]
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04")):
        return not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    odd = sum(1 for byte in head if byte < 32 and byte not in b"\0\t\n\f\r\x1b")
    return odd > len(head) // 50


def _inflate(body: bytes, limit: int) -> bytes:
    stream, out = zlib.decompressobj(wbits=31), b""
    try:
        out = stream.decompress(body, limit + 1)
    except zlib.error:
        return body
    return out


def _unzstd(body: bytes, limit: int) -> bytes:
    try:
        from backports import zstd
        return zstd.ZstdDecompressor().decompress(body, limit + 1)
    except Exception:  # not there, or damaged: left as it is, and refused as no text later
        return body


def _unbrotli(body: bytes, limit: int) -> bytes:
    import brotli  # type: ignore[import-untyped]

    stream, out = brotli.Decompressor(), bytearray()
    try:
        for at in range(0, len(body), 4096):
            out += stream.process(body[at:at + 4096])
            if len(out) > limit:
                raise TooLarge(f"more than {limit} bytes")
    except brotli.error:
        return body
    return bytes(out) if out.strip(b"\0") and not looks_binary(bytes(out[:1024])) else body
