"""Which text encoding bytes are in: by mark, by strict UTF-8, then by charset-normalizer among a fixed list."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

#: What charset-normalizer may answer; without the fixed list, short texts come back as encodings nobody uses.
CANDIDATES = (
    "cp932",
    "shift_jis",
    "euc_jp",
    "iso2022_jp",
    "gb18030",
    "big5",
    "cp949",
    "euc_kr",
    "cp1252",
    "latin_1",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp874",
    "mac_roman",
    "cp850",
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"latin_1": "latin-1", "koi8_r": "koi8-r", "euc_jp": "euc_jp", "utf_8": "utf-8"}
_WESTERN = frozenset({"cp1252", "latin_1", "cp1250", "cp1254", "mac_roman", "cp850"})
_DOS = "cp850"
_ONE_BYTE_SCRIPTS = frozenset({"cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874"})
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_SIGNS_IN_WORDS = re.compile(r"(?<=[A-Za-z])[„”“‚ƒ…†‡ˆ‰‹›•˜™¢¥¤§¶¬](?=[A-Za-z])")
_SAMPLE = 1 << 16
_CONTROL = bytes(sorted(set(range(32)) - {0, 1, 9, 10, 12, 13, 27, 28, 29, 30, 31})) + b"\x7f"
# Signs that stand inside words only when Polish or Czech text is read as Western European.
_MISREAD_CENTRAL = re.compile(r"(?<=\w)[¹³£¥¿¼¾¶](?=\w)|\b[£¯¿¶](?=[a-zà-ÿ])|(?<=[a-z])[³¹¿]\b|[a-zà-ÿ][Ÿ]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding's name as Python and pandas know it; `misfits` counts the lines that it cannot decode."""

    name: str
    misfits: int = 0


def is_binary(head: bytes) -> bool:
    """Whether these first bytes are no text in any encoding."""
    if marked(head) or _wide(head):
        return False
    # What old systems end a text with is none of it.
    sample = head[:_SAMPLE].rstrip(b"\x1a")
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    return controls > len(sample) // 50 or sample.count(0) > len(sample) // 5


def marked(head: bytes) -> str | None:
    """The encoding that a byte order mark announces."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def encoding_of(head: bytes, blocks: Iterable[bytes]) -> Encoding | None:
    """The encoding of a text that starts with `head`; `blocks` are pieces cut at line ends, read once.

    None when no candidate fits.
    """
    if name := marked(head) or _wide(head):
        return Encoding(name)
    fitting = misfits = 0
    legacy = bytearray()
    for block in blocks:
        if block.isascii():
            continue
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            for line in block.split(b"\n"):
                if line.isascii():
                    continue
                if _is_utf8(line):
                    fitting += 1
                else:
                    misfits += 1
                    if len(legacy) < _SAMPLE:
                        legacy += line[:4096] + b"\n"
        else:
            fitting += 1
    if not misfits:
        return Encoding("iso2022_jp" if b"\x1b$" in head and b"\x1b(" in head else "utf-8")
    if fitting >= misfits:
        return Encoding("utf-8", misfits)
    name = _legacy(bytes(legacy))
    return Encoding(name) if name else None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: every second or most bytes are NUL."""
    sample = head[:4096]
    half = len(sample) // 2
    if half < 2 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if sample[0::4].count(0) + sample[1::4].count(0) + sample[2::4].count(0) > 0.7 * len(sample):
        return "utf-32-be"
    if sample[1::4].count(0) + sample[2::4].count(0) + sample[3::4].count(0) > 0.7 * len(sample):
        return "utf-32-le"
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _legacy(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    fitting = [name for name in CANDIDATES if _decodes(sample, name)]
    name: str | None
    # Kana in a row is proof enough, and short lines are too little for a statistic.
    for name in ("euc_jp", "cp932"):
        if name in fitting and _is_japanese(sample.decode(name)):
            return name
    best = from_bytes(sample, cp_isolation=fitting, threshold=0.5).best() if fitting else None
    name = best.encoding if best else ("cp1252" if "cp1252" in fitting else None)
    if name == "shift_jis" and "cp932" in fitting:
        return "cp932"
    if name in _ONE_BYTE_SCRIPTS and "cp1252" in fitting and _mixes_latin(sample):
        name = "cp1252"
    if name == _DOS and _SIGNS_IN_WORDS.search(sample.decode("cp1252", "replace")):
        return name
    if name in _WESTERN and "cp1252" in fitting:
        central = "cp1250" in fitting and _MISREAD_CENTRAL.search(sample.decode("cp1252"))
        return "cp1250" if central else "cp1252"
    return _NAMES.get(name, name) if name else None


def _mixes_latin(sample: bytes) -> bool:
    """Whether most words with high bytes have ASCII letters too: Cyrillic, Greek and others would have none."""
    words = [word for word in _WORD.findall(sample) if not word.isascii()]
    mixed = sum(1 for word in words if any(byte < 128 for byte in word))
    return mixed > len(words) / 2


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese(text: str) -> bool:
    foreign = [character for character in text if ord(character) > 127]
    full = [c for c in foreign if "\u3041" <= c <= "\u30fa"]
    known = [c for c in foreign if "\u3000" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" or "\uff00" <= c <= "\uff60"]
    return len(full) >= 2 and len(full) > len(foreign) * 0.15 and len(known) > len(foreign) * 0.95
