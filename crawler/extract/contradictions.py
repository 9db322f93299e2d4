"""Fields that two layers of a page give differently, apart from how they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

OUT = frozenset(("OutOfStock", "SoldOut", "Discontinued"))


def _letters(value: object) -> str:
    return "".join(c for c in str(value).casefold() if c.isalnum())


def _same_number(one: Any, other: Any) -> bool:  # noqa: ANN401 (Decimals, which compare by value)
    return bool(one == other)


def _same_stock(one: object, other: object) -> bool:
    return (one in OUT) == (other in OUT)


def _within(one: object, other: object) -> bool:
    """Tell whether one is written in the other: a brand with its legal form, a title with more."""
    first, second = _letters(one), _letters(other)
    return not first or not second or first in second or second in first


def _same_title(one: object, other: object) -> bool:
    """Tell whether all words of one stand in the other: titles for sharing have more, or fewer."""
    first, second = (set(re.findall(r"\w+", str(text).casefold())) for text in (one, other))
    return _within(one, other) or first <= second or second <= first


def _same_gtin(one: object, other: object) -> bool:
    return str(one).lstrip("0") == str(other).lstrip("0")


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "title": _same_title,
    "price": _same_number,
    "currency": _same_number,
    "availability": _same_stock,
    "brand": _within,
    "sku": _within,
    "gtin": _same_gtin,
}


def find_contradiction(
    field: str, layer: str, value: object, other_layer: str, other: object
) -> str | None:
    """Return in words how two layers contradict each other in a field; None when they do not."""
    same = COMPARE.get(field)
    if same is None or layer == other_layer or same(value, other):
        return None
    if field == "sku" and "page" in (layer, other_layer):
        return None  # data gives the number of a variant, the page that of the product: both right
    return f"{field}: {layer} says {_shown(value)}, {other_layer} says {_shown(other)}"


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
