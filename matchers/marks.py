"""Index over the names of all rights (marks, and titles of works): text -> name matches.

First every place where a name stands exactly in one of the text's views, whatever separates or
joins its letters; then, where nothing exact stands, misspellings within the budget of
``matchers.fuzzy``. Both look up what begins at each token, so the time hardly grows with the names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matchers.fuzzy import DeleteIndex, find_distance, find_slip
from matchers.normalize import EDITS, FULL_WIDTH, HOMOGLYPH, LEET, UNSPACED, find_views
from matchers.scripts import is_of_its_text
from matchers.tokens import Stream, is_unspaced
from matchers.vocabulary import load_words

DISGUISES = frozenset({"homoglyph", "zero_width", "leet", "spaced"})
"""Edits that hide a name from a search and hardly happen by accident."""

OTHER_SCRIPT = "other_script"
"""Takes the place of ``homoglyph`` where a text simply is in another alphabet."""

SHORT = 3
"""Latin names up to this length are only found as they are written."""

_BREAK = re.compile(r"[,;:!?()\[\]{}|<>\"“”，。；：！？、（）【】《》「」\n]")
_MAX_GAP = 3
_UNSPACED_CHAR = re.compile(f"[{UNSPACED}]")
_SUFFIXES = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "n", "r")


@dataclass(frozen=True, kw_only=True, slots=True)
class NameMatch:
    """A place in a text where a registered name stands, or nearly."""

    owner: int
    """Which right, as given to the index."""
    form: str
    """The name as registered."""
    span: tuple[int, int]
    """Start and end in code points of the text."""
    text: str
    edits: tuple[str, ...]
    """How the text differs from the form, sorted; empty when only case differs."""
    distance: int
    """Letters that differ after all disguises are undone."""
    length: int
    """Comparable letters of the form."""
    common: bool
    """Whether the form consists of ordinary words."""
    words: int
    """Words of the form; 1 for unspaced scripts."""
    unspaced: bool
    """Whether the form is in a script without spaces."""
    leading: bool
    """Whether it is the first word of the text."""
    begins: bool = True
    """Of an unspaced name: whether a word plainly begins with it (start, space, sign, Latin letter,
    or a common word before it)."""
    ends: bool = True
    """The same of its end."""

    @property
    def disguised(self) -> bool:
        """Whether the name was hidden on purpose, as far as spelling shows it."""
        found = DISGUISES.intersection(self.edits)
        if OTHER_SCRIPT in self.edits or (self.common and found == {"spaced"}):
            return False  # S A L E is how shops write "sale"
        return bool(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Name:
    """A registered form, ready to be compared."""

    owner: int
    form: str
    key: str
    gaps: frozenset[int]
    """Positions in ``key`` before which the form has a space or sign."""
    edits: int
    common: bool
    words: int
    unspaced: bool


class MarkIndex:
    """Built once over all names; ``find`` is then independent calls."""

    def __init__(self, forms: Iterable[tuple[int, str]]) -> None:
        """Take (owner, form) pairs; forms without a comparable letter or with one are left out."""
        self._names: dict[str, list[_Name]] = {}
        for owner, form in dict.fromkeys(forms):
            for name in _parse_form(owner, form):
                self._names.setdefault(name.key, []).append(name)
        lengths: dict[str, set[int]] = {}
        for key in self._names:
            lengths.setdefault(key[:2], set()).add(len(key))
        self._lengths = {prefix: sorted(found) for prefix, found in lengths.items()}
        self._fuzzy = DeleteIndex(self._names)
        self._product_words = load_words("product_words_en")

    def find(self, text: str, *, fuzzy: bool = True) -> list[NameMatch]:
        """Return where names stand in ``text``: of one owner no two overlap; ordered by span.

        :param fuzzy: whether misspellings are looked for too
        """
        streams = [Stream(text, view) for view in find_views(text)]
        found = [match for stream in streams for match in self._find_exact(stream)]
        if fuzzy:
            for stream in streams:
                if stream.view.kind in ("plain", "skeleton"):
                    found.extend(self._find_fuzzy(stream))
        return _without_overlaps(found)

    def _find_exact(self, stream: Stream) -> Iterator[NameMatch]:
        joined, edges, size = stream.joined, stream.edges, len(stream.joined)
        starts = stream.bounds[:-1]
        soft = stream.soft
        for start in sorted({*starts, *soft}) if soft else starts:
            for length in self._lengths.get(joined[start : start + 2], ()):
                end = start + length
                if end > size:
                    break
                names = self._names.get(joined[start:end])
                if names is None or not stream.adds(start, end):
                    continue
                whole = start in edges and end in edges
                if not whole and not self._is_compound(stream, start, end):
                    continue
                for name in names:
                    edits = _edits_of_exact(stream, start, end, name)
                    if edits is not None:
                        extra = () if whole else ("joined",)
                        yield _match(stream, start, end, name, (*edits, *extra), 0)

    def _is_compound(self, stream: Stream, start: int, end: int) -> bool:
        """Whether a name inside a longer word is set off: camelCase, digits, a product word."""
        ends_well = end in stream.edges or end in stream.soft
        if end - start < 4 or is_unspaced(stream.joined[start:end]):
            return False
        if (start in stream.edges or start in stream.soft) and ends_well:
            return end - start > 4 or start in stream.edges
        rest = stream.joined[end : stream.token_end(end - 1)]
        return start in stream.edges and rest in self._product_words

    def _find_fuzzy(self, stream: Stream) -> Iterator[NameMatch]:
        disguised = stream.view.kind == "skeleton"
        for start, end, key in self._fuzzy.find(stream, disguised=disguised):
            text = stream.joined[start:end]
            if text in self._names or not _is_misspelling(stream, start, end, disguised):
                continue
            distance = find_distance(text, key, disguised=disguised) or 0
            slip = find_slip(text, key) or "typo"
            for name in self._names[key]:
                if len(stream.tokens(start, end)) > name.words and not name.unspaced:
                    continue
                edits = _undone(stream, start, end, name)
                if OTHER_SCRIPT not in edits:
                    yield _match(stream, start, end, name, (*edits, slip), distance)


def _parse_form(owner: int, form: str) -> Iterator[_Name]:
    """Yield the form under each key by which a text may call it."""
    common = load_words("common_words_en", "common_words_zh", "given_names")
    keys = set()
    # In capitals, a Cyrillic name can be written in Latin letters that its small letters lack.
    for text in (form, form.upper()):
        for view in find_views(text)[:2]:
            if view.kind not in ("plain", "skeleton"):
                continue
            stream = Stream(text, view)
            key, end = stream.joined, len(stream.joined)
            if end < 2 or key in keys:
                continue
            keys.add(key)
            tokens = [key] if is_unspaced(key) else stream.tokens(0, end)
            yield _Name(
                owner=owner,
                form=form,
                key=key,
                gaps=frozenset(i for i in stream.inner(0, end) if stream.gap(i)),
                edits=stream.edits(0, end) if view.kind == "plain" else 0,
                common=all(token in common or token.isdigit() for token in tokens),
                words=len(tokens),
                unspaced=is_unspaced(key),
            )


def _undone(stream: Stream, start: int, end: int, name: _Name) -> list[str]:
    """Return what was undone to read the span, as far as the form is not written so itself."""
    mask = stream.edits(start, end) & ~name.edits
    edits = [edit for i, edit in enumerate(EDITS) if mask >> i & 1]
    if mask & HOMOGLYPH and is_of_its_text(stream.original, *stream.span(start, end)):
        edits[edits.index("homoglyph")] = OTHER_SCRIPT
    return edits


def _edits_of_exact(stream: Stream, start: int, end: int, name: _Name) -> tuple[str, ...] | None:
    """Return how the span differs from the form; None when it is not a use of the name."""
    edits = _undone(stream, start, end, name)
    if not name.unspaced and len(name.key) <= SHORT:
        original = stream.original[slice(*stream.span(start, end))]
        as_written = original in (name.form, name.form.upper())
        drawn = set(edits) == {"homoglyph"} and original.isupper()
        return tuple(edits) if drawn or (as_written and set(edits) <= {"full_width"}) else None
    if stream.view.kind.startswith("leet") and not _mostly_letters(stream, start, end):
        return None
    gaps = {i - start: stream.gap(i) for i in stream.inner(start, end)}
    gaps = {place: gap for place, gap in gaps.items() if gap}
    shape = _shape(stream, start, end, name, gaps)
    return None if shape is None else (*edits, *shape)


def _mostly_letters(stream: Stream, start: int, end: int) -> bool:
    """Whether at least half of a name is written in letters; ``5010`` does not mean "solo"."""
    leet = sum(bool(stream.edits(i, i + 1) & LEET) for i in range(start, end))
    return end - start >= 4 and leet * 2 <= end - start


def _shape(
    stream: Stream, start: int, end: int, name: _Name, gaps: dict[int, str]
) -> tuple[str, ...] | None:
    """Compare where the text and the form have gaps."""
    if any(len(gap) > _MAX_GAP for gap in gaps.values()):
        return None
    pieces = stream.tokens(start, end)
    length = end - start
    signs = any(gap.strip() for gap in gaps.values())
    if set(gaps) <= name.gaps:
        if any(_BREAK.search(gap) for gap in gaps.values()):
            return None
        return ("joined",) if len(gaps) < len(name.gaps) else ()
    if name.unspaced:
        alone = bool(stream.gap(start) and stream.gap(end))
        broken = any(_BREAK.search(gap) for gap in gaps.values())
        fits = (length >= 4 or alone) and not broken
        return ("punctuated" if signs else "spaced",) if fits else None
    if _is_spelt_out(pieces):
        if any(_BREAK.search(gap) and " " in gap for gap in gaps.values()):
            return None
        return ("punctuated", "spaced") if signs else ("spaced",)
    if any(_BREAK.search(gap) for gap in gaps.values()) or length < 6:
        return None
    common = load_words("common_words_en")
    if all(piece in common for piece in pieces):
        return None
    return ("punctuated",) if signs else ("split",)


def _is_spelt_out(pieces: Sequence[str]) -> bool:
    """Whether a name is written letter by letter; one piece may be longer, but no ordinary word."""
    longer = [piece for piece in pieces if len(piece) > 1]
    if len(pieces) < 3 or len(longer) > 1 or sum(map(len, pieces)) < 4:
        return False
    return not longer or (
        len(longer[0]) <= len(pieces) and longer[0] not in load_words("common_words_en")
    )


def _is_misspelling(stream: Stream, start: int, end: int, disguised: bool) -> bool:
    """Whether a near miss can be a misspelling of the name rather than a word of its own."""
    gaps = [stream.gap(i) for i in stream.inner(start, end)]
    if any(len(gap) > _MAX_GAP or _BREAK.search(gap) for gap in gaps):
        return False
    if disguised:
        return True
    return not all(_is_ordinary(token) for token in stream.tokens(start, end))


def _is_ordinary(token: str) -> bool:
    """Whether a token is a common word, or a plain inflection of one."""
    common = load_words("common_words_en", "common_words_zh")
    if token in common or token.isdigit():
        return True
    return any(
        token.endswith(suffix) and len(token) - len(suffix) >= 3 and token[: -len(suffix)] in common
        for suffix in _SUFFIXES
    )


def _match(
    stream: Stream, start: int, end: int, name: _Name, edits: Sequence[str], distance: int
) -> NameMatch:
    span = stream.span(start, end)
    begins, ends = _edges(stream.original, *span) if name.unspaced else (True, True)
    return NameMatch(
        owner=name.owner,
        form=name.form,
        span=span,
        text=stream.original[slice(*span)],
        edits=tuple(sorted(set(edits) - ({"full_width"} if name.edits & FULL_WIDTH else set()))),
        distance=distance,
        length=len(name.key),
        common=name.common,
        words=name.words,
        unspaced=name.unspaced,
        leading=start == 0,
        begins=begins,
        ends=ends,
    )


def _edges(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a word plainly begins at ``start``, and whether one plainly ends at ``end``."""
    begins = start == 0 or not _UNSPACED_CHAR.match(text[start - 1])
    ends = end == len(text) or not _UNSPACED_CHAR.match(text[end])
    common = load_words("common_words_zh")
    begins = begins or any(text[start - size : start] in common for size in (2, 3) if size <= start)
    return begins, ends or any(text[end : end + size] in common for size in (2, 3))


def _without_overlaps(found: Iterable[NameMatch]) -> list[NameMatch]:
    """Keep of every owner's overlapping matches the best: nearest, longest, plainest."""
    kept: list[NameMatch] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    ranked = sorted(
        found, key=lambda m: (m.distance, -m.length, len(m.edits), m.span, m.owner, m.form)
    )
    for match in ranked:
        spans = taken.setdefault(match.owner, [])
        place = bisect_left(spans, match.span)
        after_previous = place == 0 or spans[place - 1][1] <= match.span[0]
        if after_previous and (place == len(spans) or match.span[1] <= spans[place][0]):
            spans.insert(place, match.span)
            kept.append(match)
    return sorted(kept, key=lambda m: (m.span, m.owner, m.form))
