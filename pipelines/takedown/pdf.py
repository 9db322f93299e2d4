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
from itertools import groupby
from pathlib import Path
from typing import Any

import typst

from crawler.errors import InputError, PictureError
from crawler.takedown import Block, Notice
from matchers.decoding import decode
from pipelines.takedown.exhibits import Exhibit
from pipelines.takedown.kinds.record import wording_of
from pipelines.typesetting import PaperFont, Shown, break_words, typeset

_TEMPLATE = Path(__file__).parent / "templates" / "notice.typ"
PICTURE_SIDE = 480
"""Pixels of the longer side at the most: about 150 to the inch in a column."""
MOST_PAIRS = 60
"""Pairs of pictures that are shown, so that the file still goes by mail; how many more there are
is told."""
_JPEG_QUALITY = 80
_LONGEST_GROUP = 1500
"""Characters of rows that are kept on one page."""
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
        return typeset(
            _TEMPLATE.read_bytes(),
            data,
            font,
            what=notice.id,
            at=notice.drafted_at,
            form=form,
            root=root,
            ppi=ppi,
        )


def _data(
    notice: Notice, exhibits: Sequence[Exhibit], font: PaperFont, root: Path
) -> dict[str, Any]:
    words = WORDS[wording_of(notice.language)]
    shown = Shown(font)
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


def _items(paper: Iterable[Block], shown: Shown) -> Iterator[dict[str, Any]]:
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
                    "pieces": break_words(shown(block.text)),
                }


def _row(block: Block, shown: Shown) -> dict[str, Any]:
    whole = block.text.startswith(("https://", "http://")) and " " not in block.text
    return {
        "label": block.label.strip(),
        "lead": _LEAD.fullmatch(block.label) is not None,
        "url": block.text if whole else "",
        "pieces": break_words(shown(block.text)),
    }


def _picture(
    root: Path,
    words: Mapping[str, str],
    role: str,
    number: int,
    file: Path | None,
    source: str,
    shown: Shown,
) -> dict[str, Any]:
    """Write the picture, re-encoded, into the folder that the template may read."""
    caption = words[role].replace("{n}", str(number))
    picture = {"caption": caption, "file": "", "problem": words["none"], "details": []}
    if file is None or not file.is_file():
        return picture | {"details": break_words(shown(source))}
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    details = break_words(shown(f"SHA-256 {digest} {source}"))
    try:
        image = decode(data, PICTURE_SIDE).colour
    except PictureError:
        return picture | {"problem": words["unread"], "details": details}
    drawn = io.BytesIO()
    image.convert("RGB").save(drawn, "JPEG", quality=_JPEG_QUALITY)
    (root / f"{digest}.jpg").write_bytes(drawn.getvalue())
    return picture | {"file": f"/{digest}.jpg", "details": details}
