"""Notices as PDF: tagged (PDF/UA-1, PDF/A-3a), the same bytes for the same notice and font.

The plain text is the notice. The PDF lays out the same blocks, carries the text's digest on every
page and the text itself as an attachment. Nothing is fetched, and nothing that a seller wrote is
markup: it is data to a template that cannot read files beyond the pictures given.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import typst
from PIL import ImageFont

from crawler.errors import InputError, PictureError
from crawler.fonts import find_fonts, font_remedy
from crawler.takedown import Block, Notice
from matchers.decoding import decode
from pipelines.takedown.exhibits import Exhibit
from pipelines.takedown.kinds.record import wording_of
from pipelines.takedown.layout import char_name

_TEMPLATE = Path(__file__).parent / "templates" / "notice.typ"
_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
PICTURE_SIDE = 480
"""Pixels of the longer side at the most: about 150 to the inch in a column."""
MOST_PAIRS = 60
"""Pairs of pictures that are shown, so that the file still goes by mail; how many more there are
is told."""
_JPEG_QUALITY = 80
_LONGEST_WORD = 24
"""Letters of a word without a break."""
_PIECE = 12
"""Letters of a piece of a longer one."""
_LONGEST_GROUP = 1500
"""Characters of rows that are kept on one page."""
_LONG_WORD = re.compile(rf"[!-~\u00a1-\u2e7f]{{{_LONGEST_WORD + 1},}}")
_LEAD = re.compile(r"\S.*\d$")
"""What the first row of a right or a listing is called."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "page": "Page {n} of {m}",
        "digest": "SHA-256 of the plain text of this notice, which is attached and governs:",
        "exhibits": "Pictures that were compared",
        "listing": "Listing {n}: picture of the listing",
        "right": "Right {n}: picture of the right",
        "none": "this picture is not kept",
        "unread": "this picture cannot be shown",
        "more": "Pairs of pictures that were compared and are not shown here: {n}.",
        "note": "Characters that the font of this PDF lacks are shown by their codes in brackets,"
        " as in [U+1F600]. The plain text has them as they are.",
    },
    "zh": {
        "page": "第{n}页，共{m}页",
        "digest": "本通知纯文本（作为附件附上，以其为准）的SHA-256：",
        "exhibits": "比对的图片",
        "listing": "链接{n}：商品图片",
        "right": "权利{n}：权利图片",
        "none": "未保存该图片",
        "unread": "该图片无法显示",
        "more": "另有{n}组比对图片未在此列出。",
        "note": "本PDF字体中没有的字符以方括号内的编码表示，例如[U+1F600]；纯文本中为原字符。",
    },
}


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


def draw_pdf(notice: Notice, exhibits: Sequence[Exhibit], font: PaperFont) -> bytes:
    """Return the notice as PDF.

    :raises InputError: when the notice was drafted by a version that kept only its text, or when
        it cannot be set
    """
    return b"".join(_compile(notice, exhibits, font, "pdf"))


def draw_pages(
    notice: Notice, exhibits: Sequence[Exhibit], font: PaperFont, *, ppi: float = 80
) -> list[bytes]:
    """Return the pages of the PDF as PNG."""
    return _compile(notice, exhibits, font, "png", ppi=ppi)


def _compile(
    notice: Notice,
    exhibits: Sequence[Exhibit],
    font: PaperFont,
    form: typst.OutputFormat,
    ppi: float | None = None,
) -> list[bytes]:
    if not notice.paper:
        raise InputError(f"{notice.id} was drafted by an older version; draft it again for a PDF")
    with tempfile.TemporaryDirectory(prefix="markhound-pdf-") as root:
        data = _data(notice, exhibits, font, Path(root))
        compiler = typst.Compiler(
            root=root,
            font_paths=_fonts_beside(font.path.parent),
            ignore_system_fonts=True,
            sys_inputs={"data": orjson.dumps(data).decode()},
        )
        try:
            drawn = compiler.compile(
                _TEMPLATE.read_bytes(),
                timestamp=int(notice.drafted_at.timestamp()),
                format=form,
                ppi=ppi,
                pdf_standards=_STANDARDS if form == "pdf" else [],
            )
        except typst.TypstError as error:
            raise InputError(f"no PDF can be made of {notice.id}: {error}") from error
    if isinstance(drawn, list):
        return drawn
    return [drawn] if drawn is not None else []


def _data(
    notice: Notice, exhibits: Sequence[Exhibit], font: PaperFont, root: Path
) -> dict[str, Any]:
    words = WORDS[wording_of(notice.language)]
    shown = _Shown(font)
    language, _, region = notice.language.partition("-")
    data = {
        "title": shown(notice.subject),
        "language": language,
        "region": region or None,
        "family": font.family,
        "reference": f"{notice.id} · {notice.case}",
        "date": f"{notice.drafted_at:%Y-%m-%d}",
        "page-label": words["page"],
        "digest-label": words["digest"],
        "digest": hashlib.sha256(notice.text.encode()).hexdigest(),
        "text": notice.text,
        "items": list(_items(notice.paper, shown)),
        "exhibits-title": words["exhibits"],
        "exhibits": [
            [
                _picture(root, words, "listing", one.listing, one.listing_file, one.address, shown),
                _picture(root, words, "right", one.right, one.right_file, one.reference, shown),
            ]
            for one in exhibits[:MOST_PAIRS]
        ],
    }
    notes = [words["note"]] if shown.lacking else []
    if len(exhibits) > MOST_PAIRS:
        notes.insert(0, words["more"].replace("{n}", str(len(exhibits) - MOST_PAIRS)))
    return data | {"notes": notes}


class _Shown:
    """Shows characters that the font lacks by their codes, and remembers that there were any."""

    def __init__(self, font: PaperFont) -> None:
        self._font = font
        self.lacking = False

    def __call__(self, text: str) -> str:
        return "".join(char if self._has(char) else f"[{char_name(char)}]" for char in text)

    def _has(self, char: str) -> bool:
        if _covers(self._font, char):
            return True
        self.lacking = True
        return False


def _items(paper: Iterable[Block], shown: _Shown) -> Iterator[dict[str, Any]]:
    for kind, group in groupby(paper, key=lambda block: block.kind):
        blocks = list(group)
        if kind == "row":
            long = sum(len(block.text) for block in blocks) > _LONGEST_GROUP
            rows = [_row(block, shown) for block in blocks]
            yield {"kind": "rows", "rows": rows, "long": long}
            continue
        for block in blocks:
            if kind != "blank":
                yield {
                    "kind": kind,
                    "label": block.label.strip(),
                    "text": shown(block.text),
                    "pieces": _pieces(shown(block.text)),
                }


def _row(block: Block, shown: _Shown) -> dict[str, Any]:
    whole = block.text.startswith(("https://", "http://")) and " " not in block.text
    return {
        "label": block.label.strip(),
        "lead": _LEAD.fullmatch(block.label) is not None,
        "url": block.text if whole else "",
        "pieces": _pieces(shown(block.text)),
    }


def _pieces(text: str) -> list[dict[str, Any]]:
    """Cut long words, so that they can break; joined again the pieces are the text."""
    pieces: list[dict[str, Any]] = []
    at = 0
    for word in _LONG_WORD.finditer(text):
        pieces.append({"text": text[at : word.start()], "boxed": False})
        cuts = range(word.start(), word.end(), _PIECE)
        pieces += [{"text": text[i : min(i + _PIECE, word.end())], "boxed": True} for i in cuts]
        at = word.end()
    return [*pieces, {"text": text[at:], "boxed": False}]


def _picture(
    root: Path,
    words: Mapping[str, str],
    role: str,
    number: int,
    file: Path | None,
    source: str,
    shown: _Shown,
) -> dict[str, Any]:
    """Write the picture, re-encoded, into the folder that the template may read."""
    caption = words[role].replace("{n}", str(number))
    picture = {"caption": caption, "file": "", "problem": words["none"], "details": []}
    if file is None or not file.is_file():
        return picture | {"details": _pieces(shown(source))}
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    details = _pieces(shown(f"SHA-256 {digest} {source}"))
    try:
        image = decode(data, PICTURE_SIDE).colour
    except PictureError:
        return picture | {"problem": words["unread"], "details": details}
    drawn = io.BytesIO()
    image.convert("RGB").save(drawn, "JPEG", quality=_JPEG_QUALITY)
    (root / f"{digest}.jpg").write_bytes(drawn.getvalue())
    return picture | {"file": f"/{digest}.jpg", "details": details}
