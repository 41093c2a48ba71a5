"""Chinese, Japanese and Korean in figures: what is written in them, and the font families that draw it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: Families by the file that holds them; matplotlib's own fonts have no such letters.
FONT_FILES: Mapping[str, str] = MappingProxyType(
    {
        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc": "WenQuanYi Zen Hei",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "Noto Sans CJK JP",
        "/System/Library/Fonts/PingFang.ttc": "PingFang SC",
    }
)
#: The families to try, in order: behind those above what macOS and Windows bring along.
FONT_FAMILIES = (
    *FONT_FILES.values(), "Hiragino Sans", "Apple SD Gothic Neo", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic",
)  # fmt: skip

_LETTERS = re.compile("[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def is_written_in(text: str) -> bool:
    """Whether anything there is Chinese, Japanese or Korean."""
    return _LETTERS.search(text) is not None
