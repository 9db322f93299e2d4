"""What sweeping and offline matching share: fingerprints of files, the matcher of a registry."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from crawler.errors import InputError, PictureError
from crawler.files import write_whole
from crawler.model import Right
from matchers.decoding import MAX_BYTES
from matchers.judge import Matcher, MatchSettings, names_of
from matchers.marks import MarkIndex
from matchers.pictures import MAKER, Fingerprint, parse_fingerprint
from pipelines.sweep.decoding import Decoder

REMEMBERED = 5000
"""Fingerprints, of 6 to 13 kB each."""

PicturedRight = tuple[Right, Mapping[str, Path]]
"""A right, and where the file of each of its images lies."""


NAMES = "names"
"""Folder inside an index's folder in which the index over names is kept."""


class FingerprintIndex:
    """Fingerprints of files by what the files hold; bytes that are remembered are not decoded.

    With a folder, all that was computed is kept there and used again, as long as the same decoder
    and hash made it. Without one, only so many of the newest are remembered.
    """

    def __init__(self, decoder: Decoder, folder: Path | None = None) -> None:
        self._decoder = decoder
        self._known: OrderedDict[str, Fingerprint | str] = OrderedDict()
        # a text says why the picture cannot be compared
        self._file = None if folder is None else folder / "fingerprints.txt"
        self._saved = 0
        if self._file is not None and self._file.exists():
            self._load(self._file)

    def read(self, path: Path, digest: str | None = None) -> Fingerprint:
        """Return the fingerprint of the picture in a file.

        :param digest: SHA-256 of the file in hex, where it is known
        :raises PictureError: when it is no picture that can be compared
        :raises OSError: when the file cannot be read
        """
        if not path.is_file():
            raise PictureError("no such file" if not path.exists() else "not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise PictureError(f"more than {MAX_BYTES:,} bytes")
        if digest is None:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest not in self._known:
            self._remember(digest, path)
        self._known.move_to_end(digest)
        found = self._known[digest]
        if isinstance(found, str):
            raise PictureError(found)
        return found

    def _remember(self, digest: str, path: Path) -> None:
        try:
            self._known[digest] = self._decoder.read(path)
        except PictureError as error:
            self._known[digest] = str(error)
        if self._file is None and len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def save(self) -> None:
        """Write what is new to the folder; the file appears whole or not at all."""
        kept = {d: f for d, f in self._known.items() if isinstance(f, Fingerprint)}
        if self._file is None or len(kept) == self._saved:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"{digest} {print_}\n" for digest, print_ in kept.items())
        write_whole(self._file, "".join(lines))
        self._saved = len(kept)

    def _load(self, file: Path) -> None:
        try:
            for line in file.read_text(encoding="ascii").splitlines():
                digest, text = line.split(" ", 1)
                found = parse_fingerprint(text)
                if found.maker == MAKER:
                    self._known[digest] = found
        except (ValueError, OSError) as error:
            raise InputError(
                f"{file} is no index of Markhound ({error}); name another folder, or remove it"
            ) from error
        self._saved = len(self._known)


def build_matcher(
    rights: Sequence[PicturedRight],
    index: FingerprintIndex,
    settings: MatchSettings,
    on: date,
    folder: Path | None = None,
) -> tuple[Matcher, list[str]]:
    """Build the matcher of the rights in force on a day, and say what was left out and why.

    :param folder: where the index over names is kept for the next time; None = nowhere
    :raises InputError: when that folder holds something else
    """
    left_out: list[str] = []
    in_force: list[Right] = []
    references: dict[tuple[str, str], Fingerprint] = {}
    for right, files in rights:
        if lapse := right.lapse(on):
            left_out.append(f"{right.id} is not matched: it {lapse}")
            continue
        in_force.append(right)
        for image, path in files.items():
            try:
                references[right.id, image] = index.read(path)
            except (PictureError, OSError) as error:
                left_out.append(f"{right.id}: its picture {image} is not matched: {error}")
    index.save()
    return Matcher(in_force, references, settings, _open_marks(in_force, folder)), left_out


def _open_marks(rights: Sequence[Right], folder: Path | None) -> MarkIndex:
    if folder is None:
        return MarkIndex(names_of(rights))
    try:
        return MarkIndex.open(folder, names_of(rights))
    except (ValueError, OSError) as error:
        raise InputError(
            f"{folder} is no index of Markhound ({error}); name another folder, or remove it"
        ) from error
