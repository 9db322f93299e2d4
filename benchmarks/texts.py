"""Copied passages found again, innocent texts flagged, and what a search costs.

    python benchmarks/texts.py TEXTS [--half dev|test] [--trials N] [--innocents N]
        [--sizes N ...] [--show]

``TEXTS`` is a folder of folders of .txt files, ``en`` and ``zh``, a file for each text. Half of the
texts, by a digest of the name, are for developing; only the other half is reported on. Of a half, a
third is registered, each text by an owner of its own, all languages in one registry. Passages that
no other registered text has are altered in every way of ``benchmarks.text_alterations`` and put
between 100 words of texts that are not registered. *told* is the share of these for which a passage
of the right text is returned, *flagged* the share for which its finding alone passes the threshold.
A Han character counts as half a word.

Innocents are pieces of 400 words of the other texts: of the same kind, partly by the same authors;
every second one has a quotation of up to 20 words from a registered text put in. Pieces that have
20 words (40 characters) in a row in common with a registered text are no innocents and are left
out; sets of such rows find them, not the index.

The yardsticks of quality and speed are rapidfuzz ``partial_ratio`` of a passage against every
registered text, and ``str.split`` of the page that is searched. Registries of N tokens are made of
rows of three to eight words from the texts, and searched with pages of 2,000 words, half copied.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process

from benchmarks.text_alterations import WAYS, Way, cut_pieces
from benchmarks.titles import is_kept_back
from matchers.texts.finding import weigh_passage
from matchers.texts.index import PassageMatch, TextIndex
from matchers.weights import PRIOR

SEED: Final = 20261130
AROUND, INNOCENT, QUOTED, LABEL = 100, 400, 20, 20
"""Words around a passage, of an innocent piece, of a quotation, and in a row that make a copy."""
LANGUAGES: Final = ("en", "zh")
_FACTORS: Final = {"en": 1, "zh": 2}
"""Pieces of a text that are as much as a word,"""
_COUNTED: Final = {"en": re.compile(r"\S"), "zh": re.compile("[\u4e00-\u9fff]")}
"""and which pieces are counted."""


class Half(NamedTuple):
    """The texts of one half, in one language."""

    language: str
    registered: list[str]
    others: list[str]
    shared: set[int]
    """Rows of words that several registered texts have."""


def load_half(folder: Path, language: str, kept_back: bool) -> Half:
    """Read one half of the texts of a language."""
    half = Half(language, [], [], set())
    for path in sorted((folder / language).glob("*.txt")):
        if is_kept_back(path.stem) == kept_back:
            chosen = is_registered(path.stem)
            (half.registered if chosen else half.others).append(path.read_text("utf-8"))
    seen: set[int] = set()
    for text in half.registered:
        rows = list_rows(text, language)
        half.shared.update(seen & rows)
        seen |= rows
    return half


def is_registered(name: str) -> bool:
    """Whether a text is registered: one in three, by its name."""
    return random.Random(f"registered {name}").random() < 1 / 3


def cut_out(text: str, language: str, words: int, rng: random.Random) -> str | None:
    """Return so many words of a text from anywhere in it; None when it has fewer.

    Of Chinese texts twice as many Han characters; signs and other words come on top.
    """
    pieces = cut_pieces(text)
    counted = [place for place, piece in enumerate(pieces) if _COUNTED[language].match(piece)]
    wanted = words * _FACTORS[language]
    if len(counted) < wanted:
        return None
    start = rng.randrange(len(counted) - wanted + 1)
    return "".join(pieces[counted[start] : counted[start + wanted - 1] + 1])


def take(texts: Sequence[str], language: str, words: int, rng: random.Random) -> tuple[int, str]:
    """Return so many words of one of some texts, and which."""
    while True:
        number = rng.randrange(len(texts))
        passage = cut_out(texts[number], language, words, rng)
        if passage is not None:
            return number, passage


def take_own(half: Half, words: int, rng: random.Random) -> tuple[int, str]:
    """Return so many words of a registered text that no other registered text has, and which."""
    while True:
        number, passage = take(half.registered, half.language, words, rng)
        if half.shared.isdisjoint(list_rows(passage, half.language)):
            return number, passage


def is_flagged(match: PassageMatch) -> bool:
    """Whether a passage alone passes the threshold."""
    return PRIOR + weigh_passage(match) > 0


def measure_way(
    way: Way, half: Half, first: int, index: TextIndex, trials: int
) -> tuple[float, float]:
    """Return the shares of altered passages that are told, and flagged.

    :param first: number of the owner of the first text of this half
    """
    rng = random.Random(f"{SEED} {way.name} {half.language}")
    told = flagged = 0
    for _ in range(trials):
        number, passage = take_own(half, way.words, rng)
        before, other, after = (take(half.others, half.language, AROUND, rng)[1] for _ in range(3))
        page = f"{before}\n{way.alter(passage, rng, other)}\n{after}"
        found = [match for match in index.find(page) if match.owner == first + number]
        told += bool(found)
        flagged += any(map(is_flagged, found))
    return told / trials, flagged / trials


def list_rows(text: str, language: str) -> set[int]:
    """Return hashes of all rows of words of a text that make a copy.

    In Chinese texts a Latin word is as much as two characters.
    """
    words = re.findall("[\u4e00-\u9fff]|[^\\W\u4e00-\u9fff]+", text.lower())
    factor = _FACTORS[language]
    sizes = [1 if word >= "\u4e00" else factor for word in words]
    rows, end, size = set(), 0, 0
    for start in range(len(words)):
        while size < LABEL * factor and end < len(words):
            size += sizes[end]
            end += 1
        if size < LABEL * factor:
            break
        rows.add(hash(tuple(words[start:end])))
        size -= sizes[start]
    return rows


def quote(half: Half, rng: random.Random) -> str:
    """Return a quotation from a registered text; in Chinese ones Latin words count too."""
    while True:
        words = rng.randint(QUOTED // 2, QUOTED)
        quotation = take(half.registered, half.language, words, rng)[1]
        latin = len(re.findall("[^\\W\u4e00-\u9fff]+", quotation))
        if half.language == "en" or 4 * latin <= words:
            return quotation


def list_innocents(half: Half, rng: random.Random) -> tuple[list[str], int]:
    """Return innocent pieces, and how many were left out as they do copy."""
    rows = set().union(*(list_rows(text, half.language) for text in half.registered))
    size = INNOCENT * 2
    innocents: list[str] = []
    copies = 0
    for text in half.others:
        pieces = cut_pieces(text)
        for start in range(0, max(1, len(pieces) - size // 2), size):
            piece = pieces[start : start + size]
            if rows & list_rows("".join(piece), half.language):
                copies += 1
                continue
            if len(innocents) % 2:
                quotation = quote(half, rng)
                piece.insert(len(piece) // 2, f" “{quotation}” ")
            innocents.append("".join(piece))
    rng.shuffle(innocents)
    return innocents, copies


def measure_innocents(half: Half, index: TextIndex, most: int, show: bool) -> str:
    """Return the line on innocent pieces of one language."""
    innocents, copies = list_innocents(half, random.Random(f"{SEED} {half.language}"))
    innocents = innocents[:most]
    told = flagged = 0
    strongest = 0.0
    for piece in innocents:
        found = index.find(piece)
        told += bool(found)
        flagged += any(map(is_flagged, found))
        strongest = max([strongest, *(match.counted for match in found)])
        if show and any(map(is_flagged, found)):
            print(found[0], piece[slice(*found[0].span)], sep="\n")
    return (
        f"{half.language}: {len(innocents):,} innocent pieces, {flagged} flagged, {told} with a"
        f" passage told; the strongest counts {strongest:.1f} words ({copies} copies left out)"
    )


def compare_quality(half: Half, trials: int) -> str:
    """Return how often rapidfuzz and the index name the right one of the first 20 texts."""
    texts = half.registered[:20]
    index = TextIndex(enumerate(texts))
    rng = random.Random(f"{SEED} quality {half.language}")
    ways = [way for way in WAYS if half.language in way.languages and way.words >= 50]
    ours = theirs = 0
    seconds = [0.0, 0.0]
    for trial in range(trials):
        way = ways[trial % len(ways)]
        number, passage = take(texts, half.language, min(way.words, 100), rng)
        altered = way.alter(passage, rng, take(half.others, half.language, AROUND, rng)[1])
        started = time.process_time()
        found = index.find(altered)
        seconds[0] += time.process_time() - started
        ours += bool(found) and found[0].owner == number
        started = time.process_time()
        best = process.extractOne(altered, texts, scorer=fuzz.partial_ratio)
        seconds[1] += time.process_time() - started
        theirs += best[2] == number
    return (
        f"{half.language}: right of {len(texts)} texts named by the index {ours / trials:.3f}, by"
        f" partial_ratio of the whole {theirs / trials:.3f}, in {seconds[1] / seconds[0]:,.0f}"
        " times the time"
    )


def make_registry(halves: Sequence[Half], tokens: int, rng: random.Random) -> Iterator[str]:
    """Yield made-up texts of 100,000 words or characters each."""
    pieces = {half.language: cut_pieces("\n".join(half.registered)) for half in halves}
    for number in range(0, tokens, 100_000):
        own = pieces[halves[number // 100_000 % len(halves)].language]
        made: list[str] = []
        while len(made) < (200_000 if own is pieces["en"] else 105_000):
            start = rng.randrange(len(own) - 16)
            made += own[start : start + rng.randint(6, 16)]
        yield "".join(made)


def measure_size(halves: Sequence[Half], tokens: int) -> Iterator[str]:
    """Yield the line on a registry of so many tokens."""
    rng = random.Random(SEED)
    kept = list(make_registry(halves, min(tokens, 400_000), random.Random(SEED)))
    texts = make_registry(halves, tokens, random.Random(SEED))
    started = time.process_time()
    index = TextIndex(enumerate(texts))
    built = time.process_time() - started
    size = len(index.tables.tokens)
    megabytes = sum(array.nbytes for array in index.tables) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    yield (
        f"{size:,} tokens: built in {built:.1f} s ({size / built / 1e6:.2f} million a second),"
        f" tables {megabytes:,.0f} MB ({megabytes * 1e6 / size:.1f} bytes a token),"
        f" peak of the process {peak:,.0f} MB"
    )
    for half, copied in ((half, copied) for half in halves for copied in (False, True)):
        own = [text for number, text in enumerate(kept) if number % 2 == halves.index(half)]
        pages = [take(half.others, half.language, 1000, rng)[1] for _ in range(40)]
        if copied:
            pages = [page + take(own, half.language, 1000, rng)[1] for page in pages]
        started = time.process_time()
        for page in pages:
            index.find(page)
        searched = (time.process_time() - started) / len(pages)
        started = time.process_time()
        for _ in range(100):
            for page in pages:
                page.split()
        split = (time.process_time() - started) / len(pages) / 100
        kind = "1,000 words and as many copied" if copied else "1,000 words"
        yield f"  {half.language}, {kind}: {searched * 1e3:.1f} ms, {searched / split:,.0f} splits"


def report(given: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the report."""
    halves = [load_half(given.texts, name, given.half == "test") for name in LANGUAGES]
    texts = [text for half in halves for text in half.registered]
    index = TextIndex(enumerate(texts))
    yield (
        f"{given.half} half: {len(texts):,} registered texts, {len(index.tables.tokens):,} tokens;"
        f" {given.trials} trials of each way"
    )
    yield f"{'way':38} {'words':>5}   " + "   ".join(f"{'told':>5} {'flagged':>7}" for _ in halves)
    for way in WAYS:
        cells, first = [], 0
        for half in halves:
            if half.language in way.languages:
                told, flagged = measure_way(way, half, first, index, given.trials)
                cells.append(f"{told:5.3f} {flagged:7.3f}")
            else:
                cells.append(f"{'-':>5} {'-':>7}")
            first += len(half.registered)
        yield f"{way.name:38} {way.words:5}   {'   '.join(cells)}"
    for half in halves:
        yield measure_innocents(half, index, given.innocents, given.show)
    for half in halves:
        yield compare_quality(half, min(given.trials, 100))
    for size in given.sizes:
        yield from measure_size(halves, size)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--half", choices=("dev", "test"), default="dev")
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--innocents", type=int, default=2000)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--show", action="store_true", help="print innocents that are flagged")
    for line in report(parser.parse_args()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
