"""What sweeping and offline matching share: pictures by what their files hold, the matcher."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import NamedTuple

from crawler.errors import InputError, PictureError
from crawler.model import GenericWord, Right, RightKind
from crawler.pictures import MAX_BYTES
from matchers.judge import Matcher, MatchSettings, names_of, texts_of
from matchers.marks import MarkIndex
from matchers.pictures.index import PictureIndex
from matchers.pictures.matches import PictureMatch
from matchers.pictures.points import Part
from matchers.pictures.prints import TOO_PLAIN, Depth, Fingerprint
from matchers.pictures.saved import find_own_folder, open_parts
from matchers.pictures.votes import build_tables
from matchers.texts.index import TextIndex
from matchers.texts.saved import open_text_index
from pipelines.print_file import PrintFile
from pipelines.sweep.decoding import Decoder

PicturedRight = tuple[Right, Mapping[str, Path]]
"""A right, and where the file of each of its images lies."""

_MARKS: Collection[RightKind] = ("trademark", "geographical_indication")
"""Rights whose pictures are looked for inside other pictures, too."""

_FILES_OF_A_WORKER = 16
"""Pictures for which it pays to start another worker."""
_MOST_WORKERS = 8
_SAVED_AFTER = 500
"""Fingerprints after which they are written, so that a stopped run loses little."""

NAMES, POINTS, PRINTS, TEXTS = "names", "points", "fingerprints.bin", "texts"
"""Inside an index's folder: the index over names, that over local features, fingerprints, and the
index over texts."""


def read_digest(path: Path) -> str:
    """Return the SHA-256 of a picture's file in hex.

    :raises PictureError: when it is no file, or too large
    :raises OSError: when it cannot be read
    """
    if not path.is_file():
        raise PictureError("no such file" if not path.exists() else "not a regular file")
    if path.stat().st_size > MAX_BYTES:
        raise PictureError(f"more than {MAX_BYTES:,} bytes")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def may_have_words(error: Exception) -> bool:
    """Whether a picture that cannot be compared can be read: words on a plain ground are little."""
    return str(error).startswith(TOO_PLAIN)


class FingerprintIndex:
    """Fingerprints of the rights' pictures by what their files hold.

    With a folder, all that was computed is kept there and used again, as long as the same decoder
    and hash made it.
    """

    def __init__(self, decoder: Decoder, folder: Path | None = None) -> None:
        self.decoder = decoder
        self.folder = folder
        self._file = None if folder is None else PrintFile(folder / PRINTS)
        self._new: dict[str, Fingerprint] = {}
        self._unsaved: dict[str, Fingerprint] = {}

    def read_all(
        self, files: Sequence[tuple[Path, Depth]]
    ) -> Iterator[tuple[str, Fingerprint] | PictureError | OSError]:
        """Yield the digest and fingerprint of the picture in each file, or why there is none.

        In the order of the files. Several workers share what is new, and with a folder it is
        written there from time to time. The digest is of the file and of what made the
        fingerprint, so that those of different settings are kept side by side.
        """
        cores = min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
        count = max(1, min(cores, len(files) // _FILES_OF_A_WORKER))
        free: SimpleQueue[Decoder] = SimpleQueue()
        with ExitStack() as stack, ThreadPoolExecutor(count) as pool:
            free.put(self.decoder)
            for _ in range(count - 1):
                free.put(stack.enter_context(self.decoder.again()))

            def read(file: tuple[Path, Depth]) -> tuple[str, Fingerprint] | PictureError | OSError:
                decoder = free.get()
                try:
                    return self._read(*file, decoder)
                except (PictureError, OSError) as error:
                    return error
                finally:
                    free.put(decoder)

            for number, found in enumerate(pool.map(read, files), 1):
                yield found
                if number % _SAVED_AFTER == 0:
                    self._save()
        self._save()

    def _read(self, path: Path, depth: Depth, decoder: Decoder) -> tuple[str, Fingerprint]:
        maker = self.decoder.find_maker(depth)
        digest = hashlib.sha256(f"{read_digest(path)} {maker}".encode()).hexdigest()
        known = self._new.get(digest) or (self._file and self._file.get(digest))
        if known and known.maker == maker:
            return digest, known
        made = decoder.read(path, depth)
        self._new[digest] = self._unsaved[digest] = made
        return digest, made

    def _save(self) -> None:
        unsaved = dict(self._unsaved)  # others may add to it meanwhile
        if self._file is not None and unsaved:
            self._file.add(unsaved)
        for digest in unsaved:
            del self._unsaved[digest]

    def build(
        self, pictures: Sequence[tuple[str, Fingerprint]], owners: Sequence[str] | None = None
    ) -> PictureIndex:
        """Return the index of pictures with their digests; in the folder, where there is one.

        :param owners: the right of each picture; None = each has its own
        """
        prints = [print_ for _, print_ in pictures]
        places: dict[str, list[int]] = {}
        for place, (digest, _) in enumerate(pictures):
            places.setdefault(digest, []).append(place)
        if self.folder is None or not any(len(print_.local.places) for print_ in prints):
            tables = build_tables([prints[same[0]].local for same in places.values()])
            alone = [Part(tables, list(places.values()))]
            return PictureIndex(prints, parts=alone, owners=owners)
        maker = f"{self.decoder.find_maker('work')}, {self.decoder.find_maker('logo')}"
        saved = open_parts(
            find_own_folder(self.folder / POINTS, maker),
            list(places),
            maker,
            lambda digest: prints[places[digest][0]].local,
        )
        taken: set[str] = set()
        parts = []
        for digests, tables in saved:
            entries = [() if d in taken else places.get(d, ()) for d in digests]
            parts.append(Part(tables, entries))
            taken.update(digests)
        return PictureIndex(prints, parts=parts, owners=owners)


class PictureSearch:
    """Finds which of the rights' pictures a file copies; the same bytes are looked at once."""

    def __init__(self, decoder: Decoder, index: PictureIndex) -> None:
        self._decoder = decoder
        self._index = index
        self._depth: Depth = "scene" if index.has_logos else "points"
        self._known: dict[str, tuple[PictureMatch, ...] | str] = {}
        # a text says why the picture cannot be compared

    def find(self, path: Path, digest: str | None = None) -> tuple[PictureMatch, ...]:
        """Return what the picture in a file copies, nearest first.

        :param digest: SHA-256 of the file in hex, where it is known
        :raises PictureError: when it is no picture that can be compared
        :raises OSError: when the file cannot be read
        """
        digest = read_digest(path) if digest is None else digest
        found = self._known.get(digest)
        if found is None:
            try:
                found = tuple(self._index.find(self._decoder.read(path, self._depth)))
            except PictureError as error:
                found = str(error)
            self._known[digest] = found
        if isinstance(found, str):
            raise PictureError(found)
        return found


class Matching(NamedTuple):
    """What listings are matched with."""

    matcher: Matcher
    pictures: PictureSearch
    left_out: tuple[str, ...]
    """What of the rights is not matched, and why."""


def build_matcher(
    rights: Sequence[PicturedRight],
    index: FingerprintIndex,
    settings: MatchSettings,
    on: date,
    folder: Path | None = None,
    generic: Mapping[str, Sequence[GenericWord]] = MappingProxyType({}),
) -> Matching:
    """Build the matcher of the rights in force on a day.

    :param folder: where the indexes over names and texts are kept for the next time; None = nowhere
    :param generic: right id -> words of it that count for nothing
    :raises InputError: when that folder holds something else
    """
    left_out: list[str] = []
    in_force: list[Right] = []
    references: list[tuple[str, str]] = []
    prints: list[tuple[str, Fingerprint]] = []
    wanted: list[tuple[str, str, Path, Depth]] = []
    for right, files in rights:
        if lapse := right.lapse(on):
            left_out.append(f"{right.id} is not matched: it {lapse}")
            continue
        in_force.append(right)
        depth: Depth = "logo" if right.kind in _MARKS else "work"
        wanted += [(right.id, image, path, depth) for image, path in files.items()]
    found = index.read_all([(path, depth) for _, _, path, depth in wanted])
    for (owner, image, _, _), print_ in zip(wanted, found, strict=True):
        if isinstance(print_, Exception):
            left_out.append(f"{owner}: its picture {image} is not matched: {print_}")
        else:
            prints.append(print_)
            references.append((owner, image))
    marks, texts = _open_marks(in_force, folder), _open_texts(in_force, folder)
    left_out += _unmatched_texts(in_force, texts)
    matcher = Matcher(in_force, references, settings, marks, texts, generic)
    pictures = index.build(prints, [right for right, _ in references])
    return Matching(matcher, PictureSearch(index.decoder, pictures), tuple(left_out))


def _open_marks(rights: Sequence[Right], folder: Path | None) -> MarkIndex:
    if folder is None:
        return MarkIndex(names_of(rights))
    own = folder / NAMES
    try:
        return MarkIndex.open(own, names_of(rights))
    except (ValueError, OSError) as error:
        raise InputError(
            f"{own} is no index of Markhound ({error}); name another folder, or remove it"
        ) from error


def _open_texts(rights: Sequence[Right], folder: Path | None) -> TextIndex:
    texts = list(texts_of(rights))
    if folder is None or not texts:
        return TextIndex(texts)
    own = folder / TEXTS
    try:
        return open_text_index(own, texts)
    except OSError as error:
        raise InputError(
            f"{own} cannot hold an index ({error}); name another folder, or remove it"
        ) from error


def _unmatched_texts(rights: Sequence[Right], texts: TextIndex) -> Iterator[str]:
    """Say which texts cannot be matched by themselves, and why."""
    for found in texts.list_unmatched():
        right = rights[found.owner]
        which = f"its text {found.number + 1}" if len(right.texts) > 1 else "its text"
        yield f"{right.id}: no copy of {which} is flagged alone: {_UNMATCHED[found.reason]}"


_UNMATCHED = {
    "empty": "it has no letters",
    "short": "under 25 words, or 50 Han characters, it may be a quotation",
    "common": "three rights or more hold nearly all of it, or it is a notice",
}
