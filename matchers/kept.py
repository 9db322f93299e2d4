"""Tables that are made of large word lists, kept from one run to the next.

Making them takes a second or two, reading them back a tenth. They are kept where Python keeps its
compiled sources, and made anew after any change to the sources and word lists of this package, or
to the versions of others. Where that folder cannot be written they are made each time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from crawler.errors import InputError
from crawler.files import whole_file

_HERE = Path(__file__).parent


def load_kept(maker: str, *, folder: Path = _HERE / "__pycache__") -> Any:  # noqa: ANN401
    """Return what a function without arguments makes: values that JSON can hold.

    :param maker: ``module:function``; the module is only loaded when there is nothing kept
    """
    module, _, function = maker.partition(":")
    place = folder / f"{module}.{function}-{_state()}.json"
    with suppress(OSError, orjson.JSONDecodeError):
        return orjson.loads(place.read_bytes())
    made = getattr(import_module(module), function)()
    with suppress(OSError, InputError):
        folder.mkdir(exist_ok=True)
        for old in folder.glob(f"{module}.{function}-*.json"):
            old.unlink(missing_ok=True)
        with whole_file(place) as file:
            file.write(orjson.dumps(made))
    return made


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
