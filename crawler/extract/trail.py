"""The trail of headings that leads to a page ("Home > Shoes > Running")."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HOME = re.compile(
    r"home(?:page)?|start(?:seite)?|accueil|inicio|início|главная|首页|首頁|主页|ホーム|トップ|forside|hem"
    r"|strona główna|úvod|domů",
    re.IGNORECASE,
)


def trim_breadcrumbs(names: Sequence[str], title: str) -> list[str]:
    """Leave out the way home in front and the product itself at the end (``title`` folded)."""
    trail = [name for name in names if name and not name.startswith("http")]
    if trail and _HOME.fullmatch(trail[0]):
        trail = trail[1:]
    if trail and _is_title(trail[-1].casefold().rstrip(".… "), title):
        trail = trail[:-1]
    return trail


def _is_title(name: str, title: str) -> bool:
    """Tell whether the end of a trail is the title, whole, cut off or with a word more."""
    return (bool(title) and title in name) or (
        title.startswith(name) and len(name) * 2 > len(title)
    )
