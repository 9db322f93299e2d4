"""Compiled functions as machine code: made, kept, loaded, called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from crawler.errors import MachineError
from matchers.index import compiled, native
from matchers.index.native import (
    Native,
    find_folder,
    flatten,
    list_missing,
    load_native,
    place_of,
)

ROOT = Path(__file__).parents[3]

FUNCTIONS = """
from __future__ import annotations
import sys
from pathlib import Path
from typing import Any, NamedTuple
import numpy as np
from matchers.index.compiled import compiled
from matchers.index.compiling import compile_entry

class Pair(NamedTuple):
    left: Any
    right: Any

@compiled
def add(one: int, other: int) -> int:
    return one + other

def sums(first: Any, pair: Pair, more: int) -> tuple[int, int]:
    left = right = 0
    for place in range(len(pair.left)):
        left = add(left, pair.left[place])
        right = add(right, pair.right[place])
    return left + first[0] + more, right

def fill(out: Any, value: int) -> None:
    for place in range(len(out)):
        out[place] = value

def size(out: Any) -> int:
    return len(out)

ints, bytes_ = np.zeros(1, np.int32), np.zeros(1, np.uint8)
folder = Path(sys.argv[1])
compile_entry(sums, (ints, Pair(bytes_, ints), 1), folder / "sums.o")
compile_entry(fill, (ints, 1), folder / "fill.o")
compile_entry(size, (ints,), folder / "size.o")
"""


class Pair(NamedTuple):
    left: Any
    right: Any


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "functions.py").write_text(FUNCTIONS)
    own = {compiled.COMPILE_TO: str(folder), "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "0"}
    subprocess.run(
        [sys.executable, folder / "functions.py", folder],
        env={**os.environ, **own},
        check=True,
    )
    return folder


def _call(function: Native, *arguments: Any) -> Any:
    return function(flatten(arguments))


def test_functions_are_called_with_arrays_tuples_and_integers(made: Path) -> None:
    pair = Pair(np.array([1, 255], np.uint8), np.array([-3, 2**31 - 1], np.int32))
    sums = load_native(made / "sums.o")
    assert _call(sums, np.array([7], np.int32), pair, True) == (264, 2**31 - 4)
    out = np.zeros(5, np.int32)
    assert _call(load_native(made / "fill.o"), out, -9) is None
    assert out.tolist() == [-9] * 5
    assert _call(load_native(made / "size.o"), out[:0]) == 0


def test_other_types_are_refused(made: Path) -> None:
    size = load_native(made / "size.o")
    for wrong in (np.zeros(1, np.int64), 5, np.zeros(0, np.float32)):
        with pytest.raises(TypeError, match=r"expected arguments \['int32', 'size'\], got"):
            _call(size, wrong)
    for odd in (np.zeros((2, 2), np.int32), np.zeros(4, np.int32)[::2]):
        with pytest.raises(TypeError, match="expected an array of one dimension without gaps"):
            _call(size, odd)


def test_damaged_code_is_never_run(made: Path, tmp_path: Path) -> None:
    whole = (made / "size.o").read_bytes()
    for damaged in (b"", b"\n", b"{}\ncode", whole[:-1], whole.replace(b"int32", b"int64", 1)):
        (tmp_path / "size.o").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"size\.o is missing or damaged"):
            load_native(tmp_path / "size.o")
        assert list_missing(tmp_path, ["size"]) == ["size"]


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    monkeypatch.setattr(native, "_SOURCES", tmp_path / "sources")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return tmp_path / "sources" / "__pycache__", tmp_path / "home" / ".cache" / "markhound"


def test_code_is_kept_beside_its_sources(folders: tuple[Path, Path]) -> None:
    found = find_folder(["search"])
    assert found is not None
    assert found.parent == folders[0]
    assert native.VERSION in found.name


def test_code_at_home_counts_where_it_is_whole(folders: tuple[Path, Path], made: Path) -> None:
    beside = find_folder(["size"])
    assert beside is not None
    home = folders[1] / beside.name
    home.mkdir(parents=True)
    shutil.copy(made / "size.o", place_of(beside, "size"))
    assert find_folder(["size"]) == beside
    place_of(beside, "size").write_bytes(b"damaged")
    assert find_folder(["size"]) == beside
    shutil.copy(made / "size.o", place_of(home, "size"))
    assert find_folder(["size"]) == home


def test_who_has_no_home_needs_none(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:

    def fail() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", fail)
    found = find_folder(["size"])
    assert found is not None
    assert found.parent == folders[0]


@pytest.mark.usefixtures("folders")
def test_only_old_code_of_other_versions_goes() -> None:
    own = find_folder(["size"])
    assert own is not None
    old, new = (own.with_name(f"compiled-{name}") for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    for folder in (own, old):
        os.utime(folder, (0, 0))
    assert find_folder(["size"]) == own
    assert (own.exists(), old.exists(), new.exists()) == (True, False, True)


def test_what_failed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "No module named 'numba.core'")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(MachineError, match=r"nothing was made of .*search.*numba\.core'") as told:
        compiled.compile_into(tmp_path)
    assert "NUMBA_DISABLE_JIT=1" in str(told.value)


def test_entries_are_those_that_are_compiled() -> None:
    sources = (ROOT / "matchers" / "index").glob("*.py")
    text = "\n".join(path.read_text() for path in sources)
    named = [part.partition("(")[0] for part in text.split("\n@entry\ndef ")[1:]]
    assert sorted(named) == sorted(compiled.PARTS)


def test_numba_is_not_loaded_to_match() -> None:
    code = (
        "import sys; from matchers.marks import MarkIndex\n"
        "assert MarkIndex([(0, 'Aurelio')]).find('Aurelio bag')\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
