"""What differs between two versions of a right, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.formats import dump_record
from crawler.model import Right

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """A field that is another one in the newer version."""

    field: str
    """As in a registry file, dotted inside the holder: ``holder.email``."""
    gone: tuple[str, ...] = ()
    """What is in the older version alone, an entry for each item of a list."""
    new: tuple[str, ...] = ()
    """What is in the newer version alone."""
    moved: bool = False
    """Whether the items are the same, in another order."""


def find_changes(
    old: Right | None,
    new: Right,
    old_pictures: Mapping[str, str] = NOTHING,
    new_pictures: Mapping[str, str] = NOTHING,
) -> list[FieldChange]:
    """Return the fields that differ, in the order of the record; of a new right, all that it has.

    :param old_pictures: path -> SHA-256; a picture that changed under its path is a change of
        ``images`` as well
    """
    before = {} if old is None else dict(_fields(dump_record(old)))
    after = dict(_fields(dump_record(new)))
    found = []
    for field in dict.fromkeys([*_ordered(before, after)]):
        was, now = before.get(field, ()), after.get(field, ())
        if was != now:
            found.append(_change(field, was, now))
    changed = [i for i in new_pictures if old_pictures.get(i, new_pictures[i]) != new_pictures[i]]
    if changed and old is not None:
        gone = tuple(f"{image} ({old_pictures[image][:12]})" for image in changed)
        made = tuple(f"{image} ({new_pictures[image][:12]})" for image in changed)
        found.append(FieldChange(field="images", gone=gone, new=made))
    return found


def _ordered(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """Yield the fields of both, each where the newer version has it."""
    yield from (field for field in after if field != "id")
    yield from (field for field in before if field not in after and field != "id")


def _change(field: str, was: tuple[str, ...], now: tuple[str, ...]) -> FieldChange:
    gone = tuple(item for item in was if item not in now)
    new = tuple(item for item in now if item not in was)
    return FieldChange(field=field, gone=gone, new=new, moved=not (gone or new))


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in data.items():
        if key == "holder":
            yield from ((f"holder.{part}", (str(said),)) for part, said in value.items())
        elif key == "prices":
            yield key, tuple(f"{currency} {price}" for currency, price in value.items())
        elif key == "licensees":
            yield key, tuple(_licensee(one) for one in value)
        elif isinstance(value, list):
            yield key, tuple(str(item) for item in value)
        else:
            yield key, (str(value),)


def _licensee(data: Mapping[str, str]) -> str:
    return f"{data.get('seller', '*')} @ {data.get('site', '*')}"
