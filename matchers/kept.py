"""Tables that are made of large word lists, kept from one run to the next.

Making them takes a second or two, reading them back a tenth. They are kept where Python keeps its
compiled sources, and made anew after any change to the sources and word lists of this package, or
to the versions of others. Where that folder cannot be written they are made each time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from crawler.errors import InputError
from crawler.files import whole_file

_HERE = Path(__file__).parent


def load_kept(maker: str, *, folder: Path = _HERE / "__pycache__") -> Any:  # noqa: ANN401
    """Return what a function without arguments makes: values that JSON can hold.

    :param maker: ``module:function``; the module is only loaded when there is nothing kept
    """
    place = folder / f"{maker.replace(':', '.')}-{_state()}.json.kept"
    content = _read(place)
    if content is None:
        made = _make(maker)
        _replace(place, orjson.dumps(made))
        return made
    return orjson.loads(content)


def load_kept_arrays(
    maker: str, *, folder: Path = _HERE / "__pycache__"
) -> Mapping[str, NDArray[Any]]:
    """Return what a function without arguments makes: arrays of numbers by name."""
    place = folder / f"{maker.replace(':', '.')}-{_state()}.npz.kept"
    content = _read(place)
    if content is None:
        made: Mapping[str, NDArray[Any]] = _make(maker)
        new = BytesIO()
        np.savez(new, allow_pickle=False, **made)
        _replace(place, new.getvalue())
        return made
    with np.load(BytesIO(content), allow_pickle=False) as kept:
        return dict(kept)


def _make(maker: str) -> Any:  # noqa: ANN401
    module, _, function = maker.partition(":")
    return getattr(import_module(module), function)()


def _read(place: Path) -> bytes | None:
    """Return what a file holds after its digest; None when it is not there, or damaged."""
    try:
        digest, _, content = place.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None


def _replace(place: Path, content: bytes) -> None:
    """Write a table, after its digest, in the place of older ones of its maker, where possible."""
    with suppress(OSError, InputError):
        place.parent.mkdir(exist_ok=True)
        for old in place.parent.glob(f"{place.name.rpartition('-')[0]}-*"):
            old.unlink(missing_ok=True)
        with whole_file(place) as file:
            file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def _list_sources() -> Iterator[Path]:
    for folder, folders, files in os.walk(_HERE):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (Path(folder, name) for name in files if name.endswith((".py", ".txt")))


@cache
def _state() -> str:
    """Return a digest of when sources, word lists and pinned versions were last changed."""
    digest = hashlib.sha256("\n".join(sorted(_changes())).encode())
    return digest.hexdigest()[:16]


def _changes() -> Iterator[str]:
    for path in (*_list_sources(), _HERE.parent / "requirements.lock"):
        with suppress(FileNotFoundError):
            found = path.stat()
            yield f"{path} {found.st_size} {found.st_mtime_ns}"
