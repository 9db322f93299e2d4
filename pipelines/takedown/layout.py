"""Plain-text layout of notices: lines that fit, and values that cannot forge any.

A notice quotes sellers, so every quoted value is hostile. ``make_visible`` leaves no line break,
no control character and nothing that is drawn as nothing or turns the reading direction: each is
shown by name instead (``[U+202E]``), because a hidden character is evidence as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from rich.cells import cell_len

WIDTH = 78
"""Columns of a line; Chinese characters take two."""

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u2800\u3164\uffa0"
"""Letters and marks that are drawn as nothing."""
_BLANK_LETTER = re.compile(f"[{_BLANK_LETTERS}]")

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NOT_AT_LINE_START = "，。、；：？！）》」』】〕〉”’…—·％,.;:?!)]}%"
_NOT_AT_LINE_END = "（《「『【〔〈“‘([{"
_WIDE = (
    r"\u1100-\u11ff\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
    r"\ufe30-\ufe4f\uff01-\uff60\U00020000-\U0003fffd"
)
_UNIT = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+")
_URL_START = re.compile(r"https?://\S*", re.IGNORECASE)


class Laid(str):
    """Text that is laid out already: its line breaks are ours."""

    __slots__ = ()


@lru_cache(maxsize=4096)
def is_unseen(char: str) -> bool:
    """Tell whether the character has no shape of its own or steers the text around it."""
    return unicodedata.category(char) in _UNSEEN_CATEGORIES or char in _BLANK_LETTERS


def char_name(char: str) -> str:
    """Return how an unseen character is shown: ``U+202E``."""
    return f"U+{ord(char):04X}"


def make_visible(value: object) -> str:
    """Return ``value`` as one line that shows every character it holds.

    A line break becomes ``⏎``, a tab a space, any other unseen character its code in brackets.
    """
    text = str(value)
    if text.isprintable() and not _BLANK_LETTER.search(text):
        return text
    text = _LINE_BREAK.sub("⏎", text).replace("\t", " ")
    return "".join(f"[{char_name(char)}]" if is_unseen(char) else char for char in text)


def finalize(value: object) -> str:
    """Jinja2's last word on every value of a template: it cannot break out of its line."""
    return value if isinstance(value, Laid) else make_visible(value)


def exact_url(url: str) -> str:
    """Return the address unbroken: what would end or hide it is percent-encoded."""
    return "".join(
        quote(char, errors="surrogatepass") if char.isspace() or is_unseen(char) else char
        for char in url
    )


def postal(address: str) -> str:
    """Return an address of several lines as one, parted by commas."""
    return ", ".join(line.strip(" ,") for line in address.splitlines() if line.strip(" ,"))


def wrap(text: str, *, width: int = WIDTH, first: str = "", rest: str = "") -> Laid:
    """Break ``text`` into lines of at most ``width`` columns, where each script allows it.

    Latin words and addresses stay whole, even when longer than a line; Chinese breaks between any
    two characters, but never so that a line starts with a closing mark or ends with an opening one.

    :param first: what the first line starts with
    :param rest: what every other line starts with
    """
    lines: list[str] = []
    line = ""
    room = width - cell_len(first)
    for unit, spaced in _units(text):
        gap = " " if spaced and line else ""
        if line and cell_len(line) + len(gap) + cell_len(unit) > room:
            lines.append(line)
            line, room = unit, width - cell_len(rest)
        else:
            line += gap + unit
    lines.append(line)
    return Laid("\n".join([first + lines[0], *(rest + line for line in lines[1:])]))


def _units(text: str) -> list[tuple[str, bool]]:
    """Split into the pieces between which a line may break, and whether a space stood before."""
    units: list[tuple[str, bool]] = []
    spaced, glue = False, False
    for piece in _pieces(text):
        if piece.isspace():
            spaced, glue = True, False
            continue
        if units and not spaced and (glue or piece[0] in _NOT_AT_LINE_START):
            units[-1] = (units[-1][0] + piece, units[-1][1])
        else:
            units.append((piece, spaced))
        spaced, glue = False, piece[-1] in _NOT_AT_LINE_END
    return units


def _pieces(text: str) -> list[str]:
    """Cut into words, wide characters, blanks, and whole addresses."""
    pieces: list[str] = []
    at = 0
    for url in _URL_START.finditer(text):
        pieces += _UNIT.findall(text[at : url.start()])
        pieces.append(url[0])
        at = url.end()
    return pieces + _UNIT.findall(text[at:])


def row(label: str, value: object, *, column: int = 14) -> Laid:
    """Return ``label`` and ``value`` as a table's row, the value indented where it goes on."""
    padded = label + " " * max(1, column - cell_len(label))
    return wrap(finalize(value), first=padded, rest=" " * column)


def paragraph(text: str, bullet: str = "") -> Laid:
    """Return the text as one wrapped paragraph with its line end, however the template broke it."""
    return Laid(wrap(text.strip(), first=bullet, rest=" " * cell_len(bullet)) + "\n")
