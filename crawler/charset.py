"""Decides how the bytes of a page or feed are to be decoded; it does not look into the markup beyond the label."""

import codecs
import re

# Labels that mean more than they say: "euc-kr" of the web is cp949 (WHATWG Encoding), and pages need its extra signs.
_WIDER = {
    "euc-kr": "cp949", "euckr": "cp949", "euc_kr": "cp949", "cseuckr": "cp949", "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "ksc_5601": "cp949", "korean": "cp949",
    "windows-949": "cp949", "x-windows-949": "cp949", "ms949": "cp949", "uhc": "cp949", "iso-ir-149": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "x-sjis": "cp932", "x-user-defined": "cp1252", "unicode": "utf-8", "utf8": "utf-8",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_LABEL_BYTES = 16_384
_DAMAGE = 0.02  # share of broken UTF-8 sequences up to which a body is damaged UTF-8 rather than something else
_HANGUL = re.compile("[가-힣]")
_SINGLE_BYTE = ("cp1252", "cp1258", "iso-8859-15", "cp1250", "iso-8859-2")  # never fail, so they prove nothing


def decode(body: bytes, content_type: str = "") -> str:
    """`body` as text. Bytes that prove their charset win over labels; labels over guesses; nothing is ever raised.

    A cut or damaged character becomes U+FFFD. NUL bytes of single-byte charsets are dropped.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark):].decode(name, "replace").replace("\0", "")
    return body.decode(find_charset(body, content_type), "replace").replace("\0", "").removeprefix("\ufeff")


def make_utf8(body: bytes, content_type: str = "") -> bytes:
    """`body` as UTF-8 bytes, for what only searches it: most pages are UTF-8 and stay as they are, damage included."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or find_charset(body, content_type) != "utf-8":
        return decode(body, content_type).encode("utf-8", "replace")
    return body.replace(b"\0", b"") if b"\0" in body else body


def find_charset(body: bytes, content_type: str = "") -> str:
    """The Python codec for `body` (no BOM): UTF-8 when the bytes are UTF-8 whatever the label says, else the label.

    A single-byte label is refused when the bytes are Korean (every pair a Hangul syllable).
    """
    labels = find_labels(body, content_type)
    if any(label.startswith(("utf-16", "iso2022", "iso-2022")) for label in labels[:1]):
        return labels[0]
    if body.isascii() or _is_utf8(body):
        return "utf-8"
    for label in labels:
        if label not in _SINGLE_BYTE and label != "utf-8" and _fits(body, label):
            return label
    if _is_korean(body):
        return "cp949"
    return next((label for label in labels if label in _SINGLE_BYTE), "cp1252" if not labels else "utf-8")


def find_labels(body: bytes, content_type: str = "") -> list[str]:
    """The codecs named by header, XML declaration and meta element, in that order, without unknown ones."""
    named = [match[1] for match in [_HEADER.search(content_type)] if match]
    head = body[:_LABEL_BYTES]
    named += [match[1].decode("ascii", "ignore") for match in (_XML.search(head), _META.search(head)) if match]
    return [codec for codec in map(_codec, named) if codec]


def _codec(label: str) -> str:
    name = _WIDER.get(label.strip().lower(), label.strip().lower())
    try:
        return name if codecs.lookup(name)._is_text_encoding else ""
    except (LookupError, ValueError):
        return ""


def _is_utf8(body: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body, final=False)  # a last cut character is no fault
        return True
    except UnicodeDecodeError:
        broken = body.decode("utf-8", "replace").count("\ufffd")
        high = sum(1 for byte in body[:200_000] if byte >= 0xC0)
        return broken <= max(2, high * _DAMAGE) and high > 4 * broken


def _fits(body: bytes, label: str) -> bool:
    text = body.decode(label, "replace")
    return text.count("\ufffd") <= max(2, (len(body) - len(text)) * _DAMAGE)


def _is_korean(body: bytes) -> bool:
    text = body[:200_000].decode("cp949", "replace")
    other = sum(1 for c in text if ord(c) > 127)
    return bool(other) and len(_HANGUL.findall(text)) >= 0.7 * other
