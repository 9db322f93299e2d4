"""Setting of papers as PDF: tagged (PDF/UA-1, PDF/A-3a), the same bytes for the same data and font.

Nothing is fetched, and what others wrote is data to a template, never markup.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst
from PIL import ImageFont

from crawler.errors import InputError
from crawler.fonts import find_fonts, font_remedy
from pipelines.takedown.layout import char_name

_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
_LONGEST_WORD = 24
"""Letters of a word without a break."""
_PIECE = 12
"""Letters of a piece of a longer one."""
_LONG_WORD = re.compile(rf"[!-~\u00a1-\u2e7f]{{{_LONGEST_WORD + 1},}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperFont:
    """The font of a PDF."""

    path: Path
    family: str
    index: int
    """Of the face in its file."""


def find_paper_font(setting: str = "") -> PaperFont:
    """Return the font with Chinese characters in which PDFs are set.

    :param setting: path of a font file; empty = the one that the system has
    :raises InputError: when there is none, with the command that gets one
    """
    if setting:
        path = Path(setting).expanduser()
        if not path.is_file():
            raise InputError(f"no font file at {path}, which [takedown] font names")
        return _load_font(path)
    found = sorted(find_fonts(), key=_preference)
    if not found:
        raise InputError(
            "a PDF needs a font with Chinese characters, and none is here; get one with"
            f" `{font_remedy()}`, or name a file in markhound.toml: [takedown] font = PATH."
            " The plain text of the notice needs none"
        )
    return _load_font(found[0])


def _preference(path: Path) -> tuple[bool, bool, str]:
    return ("Sans" not in path.name, "Regular" not in path.name, str(path))


@cache
def _fonts_beside(folder: Path) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )


def _load_font(path: Path) -> PaperFont:
    path = path.resolve()
    faces = [face for face in _fonts_beside(path.parent).fonts() if face.path == str(path)]
    if not faces:
        raise InputError(f"{path} is no font that can be read")
    face = min(faces, key=lambda one: ("Mono" in one.family, "SC" not in one.family, one.index))
    font = PaperFont(path=path, family=face.family, index=face.index)
    if not _covers(font, "的"):
        raise InputError(f"the font {path} has no Chinese characters; name another")
    return font


@cache
def _face(font: PaperFont) -> tuple[ImageFont.FreeTypeFont, bytes]:
    """Return the face, and what it draws for a character that it lacks."""
    face = ImageFont.truetype(
        str(font.path), 16, index=font.index, layout_engine=ImageFont.Layout.BASIC
    )
    return face, bytes(face.getmask("\U0010ffff"))


@cache
def _covers(font: PaperFont, char: str) -> bool:
    face, missing = _face(font)
    return char.isspace() or bytes(face.getmask(char)) != missing


def typeset(
    template: bytes,
    data: Mapping[str, Any],
    font: PaperFont,
    *,
    what: str,
    at: datetime,
    form: typst.OutputFormat = "pdf",
    root: str | None = None,
    ppi: float | None = None,
) -> list[bytes]:
    """Return the paper, as one PDF or as a picture of each page.

    :param template: reads ``sys.inputs.data``, as JSON
    :param what: the paper's name, for errors
    :param at: the moment by which it is dated
    :param root: folder of the only files that the template may read; None = it reads none
    :raises InputError: when it cannot be set
    """
    if root is None:
        with tempfile.TemporaryDirectory(prefix="markhound-pdf-") as empty:
            return typeset(template, data, font, what=what, at=at, form=form, root=empty, ppi=ppi)
    compiler = typst.Compiler(
        root=root,
        font_paths=_fonts_beside(font.path.parent),
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(data).decode()},
    )
    try:
        drawn = compiler.compile(
            template,
            timestamp=int(at.timestamp()),
            format=form,
            ppi=ppi,
            pdf_standards=_STANDARDS if form == "pdf" else [],
        )
    except typst.TypstError as error:
        raise InputError(f"no PDF can be made of {what}: {error}") from error
    if isinstance(drawn, list):
        return drawn
    return [drawn] if drawn is not None else []


class Shown:
    """Shows characters that the font lacks by their codes, and remembers that there were any."""

    def __init__(self, font: PaperFont) -> None:
        self._font = font
        self.lacking = False

    def __call__(self, text: str) -> str:
        """Return the text with codes in place of what the font lacks."""
        return "".join(char if self._has(char) else f"[{char_name(char)}]" for char in text)

    def _has(self, char: str) -> bool:
        if _covers(self._font, char):
            return True
        self.lacking = True
        return False


def break_words(text: str) -> list[dict[str, Any]]:
    """Cut long words, so that they can break; joined again the pieces are the text."""
    pieces: list[dict[str, Any]] = []
    at = 0
    for word in _LONG_WORD.finditer(text):
        pieces.append({"text": text[at : word.start()], "boxed": False})
        cuts = range(word.start(), word.end(), _PIECE)
        pieces += [{"text": text[i : min(i + _PIECE, word.end())], "boxed": True} for i in cuts]
        at = word.end()
    return [*pieces, {"text": text[at:], "boxed": False}]
