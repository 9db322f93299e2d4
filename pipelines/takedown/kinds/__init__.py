"""The kinds of notices: on which law each stands, and what it must say.

A new kind is a file here with one ``NoticeKind``, a template for each of its languages and golden
texts among the tests (docs/how-to/add-a-notice-kind.md). No rule is coded that was not read in the
law itself; what could not be read stands in ``unconfirmed``.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.errors import InputError
from pipelines.takedown.kinds.cn_copyright import CN_COPYRIGHT
from pipelines.takedown.kinds.cn_ecommerce import CN_ECOMMERCE
from pipelines.takedown.kinds.cn_gi import CN_GI
from pipelines.takedown.kinds.dmca import DMCA
from pipelines.takedown.kinds.dsa import DSA
from pipelines.takedown.kinds.eu_gi import EU_GI
from pipelines.takedown.kinds.host_abuse import HOST_ABUSE
from pipelines.takedown.kinds.record import NoticeKind
from pipelines.takedown.kinds.uk import UK
from pipelines.takedown.kinds.us_trademark import US_TRADEMARK

__all__ = ["CN_ECOMMERCE", "DMCA", "DSA", "KINDS", "NoticeKind", "check_kinds", "find_kind"]

KINDS: tuple[NoticeKind, ...] = (
    DMCA,
    US_TRADEMARK,
    DSA,
    EU_GI,
    UK,
    CN_ECOMMERCE,
    CN_COPYRIGHT,
    CN_GI,
    HOST_ABUSE,
)


def check_kinds(kinds: Sequence[NoticeKind]) -> None:
    """Refuse two kinds of one name.

    :raises ValueError: naming it
    """
    names = [kind.name for kind in kinds]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"each notice kind needs a name of its own, got twice: {', '.join(twice)}")


check_kinds(KINDS)


def find_kind(name: str) -> NoticeKind:
    """Return the kind of that name.

    :raises InputError: when there is none; the message lists those there are
    """
    for kind in KINDS:
        if kind.name == name:
            return kind
    known = ", ".join(kind.name for kind in KINDS)
    raise InputError(f"no notice kind is called {name!r}; expected one of: {known}")
