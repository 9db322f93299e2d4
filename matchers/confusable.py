"""Makes the table of letters that look like ASCII ones, from the package confusable-homoglyphs.

Only ``matchers.kept`` imports this, when nothing was kept: the package takes a while to load.
"""

from __future__ import annotations

import string

from confusable_homoglyphs import confusables


def list_confusable() -> dict[str, str]:
    """Return character -> the ASCII letter or digit that it looks like."""
    found: dict[str, str] = {}
    for plain in string.ascii_letters + string.digits:
        for entry in confusables.confusables_data.get(plain, ()):
            other = entry["c"]
            if len(other) == 1 and not other.isascii() and other.isalnum():
                found.setdefault(other, plain)
    return found
