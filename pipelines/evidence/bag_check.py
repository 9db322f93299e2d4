"""Checking a signed folder: every byte of every file is what was signed, and there is no more.

Nothing of the folder is believed before its digest fits, and no file is read beyond the size that
was signed for it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.errors import InputError
from crawler.store.handover import KnownKey
from pipelines.evidence.bag import (
    KEY,
    MANIFEST,
    SIGNATURE,
    SIZES,
    TAG_MANIFEST,
    Payload,
    folders_of,
    is_safe_name,
)
from pipelines.evidence.checks import Check
from pipelines.evidence.keys import SIGNATURE_BYTES, PublicKey, parse_public_key
from pipelines.evidence.plain_files import sha256_of

REQUIRED = ("bagit.txt", "bag-info.txt", MANIFEST, SIZES, KEY)
"""Files at the top without which it is no signed bag."""
LARGEST_TOP = 1 << 20
"""Bytes of a file at the top, but for the two lists of what is under ``data/``."""
LARGEST_LIST = 1 << 28
"""Bytes of those two: a million files and more."""

DEEPEST = 8
"""Folders in folders; a bundle has three."""

_LINE = re.compile(r"([0-9a-f]{64})  ([!-~]+)")
_SIZE = re.compile(r"(0|[1-9][0-9]{0,17}) ([!-~]+)")


@dataclass
class CheckedBag:
    """What is known of a folder after its checks."""

    folder: Path
    checks: list[Check] = field(default_factory=list)
    digest: str | None = None
    """SHA-256 of what is signed; None when it is not there."""
    key: PublicKey | None = None
    """The key that signed it; None when the signature does not fit."""
    top: Mapping[str, str] = field(default_factory=dict)
    """Name -> SHA-256, of each file at the top that was signed."""
    files: Mapping[str, Payload] = field(default_factory=dict)
    """Path -> what was signed of each file under ``data/``."""

    @property
    def names(self) -> Iterator[str]:
        """The path of every file that belongs to it."""
        yield from (*self.top, TAG_MANIFEST, SIGNATURE, *self.files)

    @property
    def broken(self) -> bool:
        """Whether anything is not as it was signed."""
        return any(check.state == "broken" for check in self.checks)

    def add_broken(self, what: str, subject: str, detail: str) -> None:
        """Note that something is not as it was signed."""
        self.checks.append(Check(what, "broken", subject, None, detail))


def looks_like_bag(path: Path) -> bool:
    """Tell whether a folder is meant to be a bag: one of its files at the top is there."""
    names = ("bagit.txt", MANIFEST, TAG_MANIFEST, SIGNATURE)
    return path.is_dir() and any((path / name).exists() for name in names)


def check_bag(folder: Path, keys: Sequence[KnownKey] = ()) -> CheckedBag:
    """Check a signed folder.

    :param keys: the keys that are known here
    :raises InputError: when ``folder`` is none
    """
    if not folder.is_dir():
        raise InputError(f"expected a folder, got {folder}")
    bag = CheckedBag(folder)
    sizes, folders = _walk(bag)
    signed = _read_top(bag, sizes, TAG_MANIFEST, LARGEST_TOP)
    if signed is not None:
        bag.digest = hashlib.sha256(signed).hexdigest()
        bag.top = _parse_manifest(bag, TAG_MANIFEST, signed, below_data=False)
    _check_signature(bag, sizes, signed, keys)
    good = _check_top(bag, sizes, bag.top)
    if {MANIFEST, SIZES} <= good:
        _check_payload(bag, sizes)
        listed = {*bag.names}
        _refuse_unlisted(bag, {*sizes} - listed, folders - folders_of(listed))
    else:
        detail = f"what they should be is not known without {MANIFEST} and {SIZES}"
        bag.checks.append(Check("files", "unproven", "data", None, detail))
        known = {*bag.names}
        _refuse_unlisted(bag, {n for n in sizes if "/" not in n and n not in known}, set())
    return bag


def _walk(bag: CheckedBag) -> tuple[dict[str, int], set[str]]:
    """Return the size of every regular file, and every folder; anything else is broken."""
    sizes: dict[str, int] = {}
    folders: set[str] = set()
    for name, entry in _entries(bag.folder, ""):
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            folders.add(name)
        elif stat.S_ISREG(mode):
            sizes[name] = entry.stat(follow_symlinks=False).st_size
        else:
            bag.add_broken("files", _shown(name), "expected a file, got a link or a device")
    for name in [name for name in folders if name.count("/") >= DEEPEST]:
        bag.add_broken("files", _shown(name), "the folder is too deep; it was not looked into")
    return sizes, folders


def _entries(folder: Path, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as found:
        for entry in sorted(found, key=lambda entry: entry.name):
            name = f"{prefix}{entry.name}"
            yield name, entry
            if entry.is_dir(follow_symlinks=False) and name.count("/") < DEEPEST:
                yield from _entries(folder / entry.name, f"{name}/")


def _read_top(bag: CheckedBag, sizes: Mapping[str, int], name: str, largest: int) -> bytes | None:
    """Return a file at the top; None, and broken, when it is not there or too large."""
    if name not in sizes:
        bag.add_broken("files", name, "the file is missing")
        return None
    if sizes[name] > largest:
        bag.add_broken("files", name, f"expected {largest} bytes at the most, got {sizes[name]}")
        return None
    return (bag.folder / name).read_bytes()


def _parse_manifest(bag: CheckedBag, name: str, data: bytes, *, below_data: bool) -> dict[str, str]:
    """Return path -> SHA-256; every line that is none, or names a path twice, is broken."""
    found: dict[str, str] = {}
    for number, digest, path in _parse_lines(bag, name, data, _LINE):
        if path.startswith("data/") is not below_data or path in (TAG_MANIFEST, SIGNATURE):
            bag.add_broken("lists", name, f"line {number}: {_shown(path)} does not belong there")
        else:
            found[path] = digest
    return found


def _parse_lines(
    bag: CheckedBag, name: str, data: bytes, line: re.Pattern[str]
) -> Iterator[tuple[int, str, str]]:
    seen: set[str] = set()
    text = data.decode("ascii", errors="replace")
    if text and not text.endswith("\n"):
        bag.add_broken("lists", name, "the last line has no end")
    for number, raw in enumerate(text.removesuffix("\n").split("\n") if text else (), start=1):
        match = line.fullmatch(raw)
        if not match or not is_safe_name(match[2]):
            detail = f"line {number}: expected a value and a safe name, got {_shown(raw)}"
            bag.add_broken("lists", name, detail)
        elif match[2].lower() in seen:
            detail = f"line {number}: {match[2]} is there twice (capitals do not count)"
            bag.add_broken("lists", name, detail)
        else:
            seen.add(match[2].lower())
            yield number, match[1], match[2]


def _check_signature(
    bag: CheckedBag,
    sizes: Mapping[str, int],
    signed: bytes | None,
    keys: Sequence[KnownKey],
) -> None:
    signature = _read_top(bag, sizes, SIGNATURE, LARGEST_TOP)
    pem = _read_top(bag, sizes, KEY, LARGEST_TOP)
    if signed is None or signature is None or pem is None:
        return
    if len(signature) != SIGNATURE_BYTES:
        detail = f"expected a signature of {SIGNATURE_BYTES} bytes, got {len(signature)}"
        bag.add_broken("signature", SIGNATURE, detail)
        return
    try:
        key = parse_public_key(pem, KEY)
    except InputError as error:
        bag.add_broken("signature", KEY, str(error))
        return
    if not key.signed(signed, signature):
        detail = (
            f"the signature in {SIGNATURE} is not one of the key in {KEY}"
            f" over {TAG_MANIFEST}: one of these was changed"
        )
        bag.add_broken("signature", TAG_MANIFEST, detail)
        return
    bag.key = key
    bag.checks.append(_check_signer(key, keys))


def _check_signer(key: PublicKey, keys: Sequence[KnownKey]) -> Check:
    known = {k.fingerprint: k for k in keys}.get(key.fingerprint)
    if known is None:
        detail = (
            "signed by a key that this workspace does not know: fingerprint"
            f" {key.fingerprint}; compare it with the sender's by another way"
        )
        return Check("signature", "unproven", TAG_MANIFEST, None, detail)
    signer = f"{known.name} (key {key.fingerprint[:16]})"
    if known.event == "revoked":
        detail = f"signed by a key that was revoked on {known.at:%Y-%m-%d}: {known.reason}"
        return Check("signature", "broken", TAG_MANIFEST, signer, detail)
    if known.event == "own":
        detail = f"signed by this workspace's own key, fingerprint {key.fingerprint}"
        return Check("signature", "holds", TAG_MANIFEST, None, detail)
    detail = f"signed by {known.name}, fingerprint {key.fingerprint}"
    return Check("signature", "proven", TAG_MANIFEST, signer, detail)


def _check_top(bag: CheckedBag, sizes: Mapping[str, int], top: Mapping[str, str]) -> set[str]:
    """Check the files at the top; return those that are as they were signed."""
    good = set()
    for name in dict.fromkeys((*REQUIRED, *top)):
        if name not in top:
            if top:
                bag.add_broken("lists", TAG_MANIFEST, f"{name} is not in it")
            continue
        if name not in sizes:
            bag.add_broken("files", name, "the file is missing")
            continue
        largest = LARGEST_LIST if name in (MANIFEST, SIZES) else LARGEST_TOP
        if sizes[name] > largest:
            detail = f"expected {largest} bytes at the most, got {sizes[name]}"
            bag.add_broken("files", name, detail)
        elif _digest_fits(bag, name, top[name]):
            good.add(name)
    return good


def _check_payload(bag: CheckedBag, sizes: Mapping[str, int]) -> None:
    manifest = (bag.folder / MANIFEST).read_bytes()
    digests = _parse_manifest(bag, MANIFEST, manifest, below_data=True)
    listed = (bag.folder / SIZES).read_bytes()
    expected = {path: int(size) for _, size, path in _parse_lines(bag, SIZES, listed, _SIZE)}
    if {*expected} != {*digests}:
        some = _shown(min({*expected} ^ {*digests}))
        bag.add_broken("lists", SIZES, f"it and {MANIFEST} have not the same files, e.g. {some}")
    bag.files = {
        name: Payload(sha256=digest, size=expected[name])
        for name, digest in digests.items()
        if name in expected
    }
    fits = 0
    for name, payload in bag.files.items():
        if name not in sizes:
            bag.add_broken("files", name, "the file is missing")
        elif sizes[name] != payload.size:
            detail = f"expected {payload.size} bytes, got {sizes[name]}"
            bag.add_broken("files", name, detail)
        else:
            fits += _digest_fits(bag, name, payload.sha256)
    if fits == len(bag.files):
        total = sum(payload.size for payload in bag.files.values())
        detail = f"{fits} files of {total} bytes are what was signed"
        bag.checks.append(Check("files", "holds", "data", None, detail))


def _digest_fits(bag: CheckedBag, name: str, expected: str) -> bool:
    try:
        got = sha256_of(bag.folder / name)
    except OSError as error:
        bag.add_broken("files", name, f"cannot be read: {error.strerror}")
        return False
    if got != expected:
        bag.add_broken("files", name, f"expected the SHA-256 {expected}, got {got}")
    return got == expected


def _refuse_unlisted(bag: CheckedBag, files: Iterable[str], folders: Iterable[str]) -> None:
    for name in sorted(files):
        bag.add_broken("files", _shown(name), "the file is not among what was signed")
    for name in sorted(folders):
        bag.add_broken("files", _shown(name), "the folder holds nothing that was signed")


def _shown(name: str) -> str:
    """Return a name as it can be printed; those of others may hold anything."""
    text = name.encode("utf-8", errors="backslashreplace").decode()
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]
