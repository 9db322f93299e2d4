"""Whether two listings show the same pictures: the same bytes, or copies by their hashes."""

from __future__ import annotations

import logging
from collections.abc import Collection

from crawler.errors import PictureError
from crawler.pictures import PictureFolder
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.prints import Fingerprint

logger = logging.getLogger(__name__)

MOST_HASHED = 5_000
"""Pictures that one search hashes, about 20 ms each; what is left out is told in the log."""
MOST_DISTANCE = 28
"""Bits of 256 that differ between a picture and its copy, saved anew, scaled or cropped a little.
Goods that differ come no nearer than 64 (``matchers.pictures.index``)."""


class Pictures:
    """The workspace's pictures, each hashed once when it is first compared."""

    def __init__(self, folder: PictureFolder) -> None:
        self._folder = folder
        self._known: dict[str, Fingerprint | None] = {}

    def find_same(self, old: Collection[str], new: Collection[str]) -> int:
        """Return how many of the new pictures are among the old ones, by SHA-256 or as copies."""
        same = set(old) & set(new)
        prints = [print_ for sha256 in old if (print_ := self._of(sha256)) is not None]
        if not prints:
            return len(same)
        index = PictureIndex(prints)
        return len(same) + sum(self._is_copy(index, sha256) for sha256 in new if sha256 not in same)

    def _is_copy(self, index: PictureIndex, sha256: str) -> bool:
        print_ = self._of(sha256)
        if print_ is None:
            return False
        return any(
            match.look == "rich"
            and not match.recoloured
            and match.distance is not None
            and match.distance <= MOST_DISTANCE
            for match in index.find_hashed(print_).values()
        )

    def _of(self, sha256: str) -> Fingerprint | None:
        """Return a picture's hashes; None when it is not there, or shows too little."""
        if sha256 not in self._known:
            if len(self._known) == MOST_HASHED:
                logger.warning("more than %d pictures: the rest is not compared", MOST_HASHED)
            self._known[sha256] = self._hash(sha256) if len(self._known) < MOST_HASHED else None
        return self._known[sha256]

    def _hash(self, sha256: str) -> Fingerprint | None:
        try:
            return fingerprint(self._folder.path_of(sha256).read_bytes(), depth="hashes")
        except (OSError, PictureError):
            return None
