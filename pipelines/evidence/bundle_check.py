"""Checking a bundle: its bytes against the signature, its records against each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crawler.store.handover import KnownKey
from pipelines.evidence.bag_check import CheckedBag, check_bag
from pipelines.evidence.bundle_records import check_records
from pipelines.evidence.checks import Check


def check_bundle(path: Path, keys: Sequence[KnownKey] = ()) -> list[Check]:
    """Check everything about a bundle; needs no workspace.

    :param keys: the keys that are known here
    :raises InputError: when ``path`` is no folder
    """
    return read_bundle(path, keys).checks


def read_bundle(path: Path, keys: Sequence[KnownKey] = ()) -> CheckedBag:
    """Check a bundle; what it holds may be believed when nothing is broken."""
    bag = check_bag(path, keys)
    if not bag.broken:
        bag.checks.extend(check_records(bag))
    return bag
