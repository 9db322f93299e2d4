"""Values as the offices write them: days, Nice classes, lists of goods, codes of offices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

OFFICE_NAMES = {"US": "USPTO", "EM": "EUIPO", "CN": "CNIPA", "WO": "WIPO"}
"""WIPO ST.3 code -> what registries of ours call the office; others keep their code."""
TERRITORIES = {"EM": ("EU",), "WO": (), "BX": ("BE", "NL", "LU"), "OA": (), "AP": ()}
"""ST.3 code of an office that is no country's -> where its rights are in force by themselves."""
OLD_CODES = {"OH": "EM", "QZ": "EM", "EU": "EM", "EP": "EM"}
"""What files call the EUIPO beside EM."""

_CODE = re.compile(r"[A-Z]{2}")
_DAY = re.compile(r"(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})日?|(\d{4})(\d{2})(\d{2})(?!\d)")
_CLASS = re.compile(r"\d+")
_DIGITS = "〇一二三四五六七八九"
_CHINESE = re.compile("(?<=第)(?:([二三四])?(十))?([一二三四五六七八九])?(?=类)")
_BLANKS = re.compile(r"\s+")


def parse_office(code: str | None) -> str | None:
    """Return the ST.3 code of an office; None when it is none."""
    code = (code or "").strip().upper()
    code = OLD_CODES.get(code, code)
    return code if _CODE.fullmatch(code) else None


def territories_of(code: str) -> tuple[str, ...]:
    """Return where an office's rights are in force, as far as the office alone tells."""
    return TERRITORIES.get(code, (code,))


def parse_days(text: str) -> list[date]:
    """Return the days that a text names, in its order; those that are in no calendar are left out.

    Year, month and day in that order: ``2031-05-01``, with a time or a zone behind it (ST.66 of
    the USPTO: ``2031-05-01-04:00``), ``2031/5/1``, ``20310501``, ``2031年5月1日``.
    """
    found = []
    for match in _DAY.finditer(text):
        year, month, day = (int(part) for part in match.groups() if part is not None)
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def parse_day(text: str, forms: Sequence[str] = ()) -> date | None:
    """Return the one day that a text is; None when it is none.

    :param forms: as ``strptime`` has them, tried in turn; none = year, month, day
    """
    text = text.strip()
    if not forms:
        days = parse_days(text) if _DAY.match(text) else []
        return days[0] if len(days) == 1 else None
    for form in forms:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def parse_classes(texts: Iterable[str]) -> tuple[list[int], list[str]]:
    """Return the Nice classes that texts name, each once, and what in them is none.

    ``009``, ``9; 25``, ``第25类``, ``第二十五类``, ``NICE 9`` are read; Nice has 1 to 45.
    """
    classes: dict[int, None] = {}
    wrong: list[str] = []
    for text in texts:
        plain = _CHINESE.sub(_in_digits, text[:1000])
        numbers = [int(number) for number in _CLASS.findall(plain) if len(number) < 5]
        if not numbers and text.strip():
            wrong.append(text.strip())
        for number in numbers:
            if 1 <= number <= 45:
                classes[number] = None
            else:
                wrong.append(str(number))
    return list(classes), wrong


def _in_digits(found: re.Match[str]) -> str:
    tens, ten, ones = found.groups()
    return str(
        10 * (_DIGITS.index(tens) if tens else 1 if ten else 0) + _DIGITS.index(ones or "〇")
    )


def split_terms(text: str) -> list[str]:
    """Return the terms of a list of goods, which offices divide by ``;`` (``；`` in Chinese)."""
    return [term for part in re.split("[;；]", text) if (term := tidy(part).rstrip("."))]


def tidy(text: str) -> str:
    """Return a text with its blanks and ends of lines made single blanks."""
    return _BLANKS.sub(" ", text).strip()
