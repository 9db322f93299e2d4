"""Fonts with Chinese characters that this machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
)
CJK_FONTS = ("Noto*CJK*", "SourceHan*", "wqy-*", "DroidSansFallback*", "PingFang*", "STHeiti*")
"""File names of the fonts with Chinese characters that systems bring."""


def find_fonts() -> Iterator[Path]:
    """Yield the files of fonts with Chinese characters that are there."""
    for folder in FONT_FOLDERS:
        for pattern in CJK_FONTS:
            yield from folder.expanduser().rglob(pattern)


def font_remedy() -> str:
    """Return the command, or the step, that gets such a font."""
    return debian_remedy("fonts-noto-cjk") or "install the font Noto Sans CJK"


def debian_remedy(package: str) -> str | None:
    """Return the command on systems of Debian's kind, None on others."""
    if shutil.which("apt-get", path=os.defpath) is None:
        return None
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y --no-install-recommends {package}"
