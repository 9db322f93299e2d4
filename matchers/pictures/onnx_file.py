"""ONNX files, written without the ``onnx`` package: just what a plain network needs.

An ONNX file is a protocol buffer message (https://onnx.ai/onnx/repo-docs/IR.html and ``onnx.proto``
there name the fields). Only the kinds of fields that occur here are written.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32]
Attribute = str | float | int | Sequence[int]

_IR, _OPSET = 8, 17
"""Versions of the format and of its operators, both of 2022."""
_FLOAT, _INT64 = 1, 7
_BYTES, _FIXED32 = 2, 5


class Graph:
    """A network that grows node by node; each node's output bears the node's number."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []

    def constant(self, values: npt.NDArray[np.float32] | npt.NDArray[np.int64]) -> str:
        """Add numbers that are known, and return their name."""
        name = f"c{len(self._tensors)}"
        kind = _INT64 if values.dtype == np.int64 else _FLOAT
        dims = b"".join(_number(1, size) for size in values.shape)
        raw = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
        self._tensors.append(dims + _number(2, kind) + _text(8, name) + _block(9, raw))
        return name

    def node(self, kind: str, inputs: Sequence[str], **attributes: Attribute) -> str:
        """Add an operator, and return the name of its output.

        :param kind: name of an operator of ONNX, e.g. ``Conv``
        """
        name = f"n{len(self._nodes)}"
        self._nodes.append(
            b"".join(_text(1, source) for source in inputs)
            + _text(2, name)
            + _text(4, kind)
            + b"".join(_block(5, _attribute(*pair)) for pair in attributes.items())
        )
        return name

    def dump(
        self,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
        notes: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the file.

        :param inputs: name -> shape; a text stands for a side of any length
        :param outputs: the same
        :param notes: the model's metadata
        """
        graph = (
            b"".join(_block(1, node) for node in self._nodes)
            + _text(2, "markhound")
            + b"".join(_block(5, tensor) for tensor in self._tensors)
            + b"".join(_block(11, _value(*pair)) for pair in inputs.items())
            + b"".join(_block(12, _value(*pair)) for pair in outputs.items())
        )
        said = (_text(1, key) + _text(2, value) for key, value in (notes or {}).items())
        return (
            _number(1, _IR)
            + _block(7, graph)
            + _block(8, _text(1, "") + _number(2, _OPSET))
            + b"".join(_block(14, note) for note in said)
        )


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _number(20, 3)
    if isinstance(value, float):
        return _text(1, name) + _key(2, _FIXED32) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    return _text(1, name) + b"".join(_number(8, item) for item in value) + _number(20, 7)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = (_text(2, side) if isinstance(side, str) else _number(1, side) for side in shape)
    dims = b"".join(_block(1, side) for side in sides)
    return _text(1, name) + _block(2, _block(1, _number(1, _FLOAT) + _block(2, dims)))


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _number(field: int, number: int) -> bytes:
    return _key(field, 0) + _varint(number & (1 << 64) - 1)


def _block(field: int, data: bytes) -> bytes:
    return _key(field, _BYTES) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _block(field, text.encode())
