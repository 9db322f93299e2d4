"""Models are taken by what they take and answer; what does not fit is told."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

from crawler.errors import InputError, MachineError
from matchers.pictures import descriptor as module
from matchers.pictures.descriptor import EFFICIENTNET, WINDOWS, Descriptor
from tests.matchers.pictures.models import (
    SIDE,
    write_grid_model,
    write_sum_model,
    write_two_inputs,
)

pytest.importorskip("onnxruntime", reason="the extra descriptor is not installed")

Draw = Callable[[int], Image.Image]


def _whole(model: Descriptor, image: Image.Image) -> npt.NDArray[np.int16]:
    whole: npt.NDArray[np.int16] = (
        model.describe(image, image.size, None).values[0].astype(np.int16)
    )
    return whole


def test_the_whole_the_mirrored_and_the_windows_are_described(tmp_path: Path, draw: Draw) -> None:
    model = Descriptor(str(write_grid_model(tmp_path / "m.onnx")))
    image = draw(1)
    size = (image.width * 2, image.height * 2)
    border = (10, 20, 100, 80)
    found = model.describe(image, size, border)
    parts = [part for part, _ in found.parts]
    assert parts == ["whole", "trimmed", "mirrored", *["window"] * len(WINDOWS)]
    assert found.parts[1] == ("trimmed", (20, 40, 200, 160))
    assert found.values.shape == (len(parts), 3 * 64)
    assert np.abs(found.values).max(axis=1).tolist() == [127] * len(parts)
    assert all(x >= 0 and x + w <= size[0] and y + h <= size[1] for _, (x, y, w, h) in found.parts)
    assert np.array_equal(found.values[2], _whole(model, ImageOps.mirror(image)))


@pytest.mark.parametrize("shape", [("n", 3, SIDE, SIDE), (1, 3, SIDE, SIDE), ("n", 3, "h", "w")])
def test_one_or_many_at_once_and_any_size(
    shape: tuple[int | str, ...], tmp_path: Path, draw: Draw
) -> None:
    usual = Descriptor(str(write_grid_model(tmp_path / "a.onnx")))
    notes = {"markhound.side": str(SIDE)}
    other = Descriptor(str(write_grid_model(tmp_path / "b.onnx", shape=shape, notes=notes)))
    one, two = (model.describe(draw(1), (640, 480), None) for model in (usual, other))
    assert np.array_equal(one.values, two.values)


def test_metadata_say_how_colours_are_scaled(tmp_path: Path) -> None:
    image = Image.effect_noise((SIDE, SIDE), 90).convert("RGB")
    notes = {"markhound.mean": "0.5,0.5,0.5", "markhound.std": "0.5,5,0.5"}
    usual = Descriptor(str(write_grid_model(tmp_path / "a.onnx")))
    other = Descriptor(str(write_grid_model(tmp_path / "b.onnx", notes=notes)))
    assert usual.maker != other.maker
    green = slice(64, 128)
    assert np.abs(_whole(usual, image)[green]).max() > 100
    assert np.abs(_whole(other, image)[green]).max() < 20


@pytest.mark.parametrize("notes", [{"mean": "grey"}, {"std": "1,1"}, {"std": "1,0,1"}])
def test_wrong_metadata_is_told(notes: dict[str, str], tmp_path: Path) -> None:
    path = write_grid_model(
        tmp_path / "m.onnx", notes={f"markhound.{k}": v for k, v in notes.items()}
    )
    with pytest.raises(InputError, match="its metadata say"):
        Descriptor(str(path))


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    with pytest.raises(InputError, match="cannot be read: No such file"):
        Descriptor(str(path))
    path.write_bytes(b"GIF89a" * 100)
    with pytest.raises(InputError, match="no ONNX model that can be run"):
        Descriptor(str(path))


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (("n", 4, SIDE, SIDE), "Flatten"),
        (("n", 3, SIDE, SIDE + 8), "Flatten"),
        (("n", 3, 8, 8), "Flatten"),
        ((2, 3, SIDE, SIDE), "Flatten"),
        (("n", 3, SIDE), "Flatten"),
    ],
)
def test_wrong_inputs_are_told(shape: tuple[int | str, ...], kind: str, tmp_path: Path) -> None:
    path = write_grid_model(tmp_path / "m.onnx", shape=shape, kind=kind)
    with pytest.raises(InputError, match=r"m\.onnx"):
        Descriptor(str(path))


def test_two_inputs_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected one input"):
        Descriptor(str(write_two_inputs(tmp_path / "m.onnx")))


def test_wrong_answers_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a row of .* got shape \(1, 3, 8, 8\)"):
        Descriptor(str(write_grid_model(tmp_path / "a.onnx", kind="Identity")))
    with pytest.raises(InputError, match=r"got shape \(1, 3\)"):
        Descriptor(str(write_sum_model(tmp_path / "b.onnx")))


def test_what_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", none)
    with pytest.raises(MachineError, match=r"install markhound\[descriptor\]"):
        Descriptor(str(write_grid_model(tmp_path / "m.onnx")))
    monkeypatch.setattr(module, "import_module", importlib.import_module)
    monkeypatch.setattr(module, "_WEIGHTS", "no-such-package")
    with pytest.raises(MachineError, match=r"install markhound\[descriptor\]"):
        Descriptor(EFFICIENTNET)


def test_windows_that_show_nothing_are_left_out(tmp_path: Path, draw: Draw) -> None:
    image = Image.new("RGB", (640, 480), "white")
    image.paste(draw(1).resize((200, 150)), (400, 300))
    model = Descriptor(str(write_grid_model(tmp_path / "m.onnx")))
    found = model.describe(image, image.size, None)
    assert ("window", (0, 0, 320, 240)) not in found.parts
    assert ("window", (320, 240, 320, 240)) in found.parts
    assert len(found.values) == len(found.parts) < len(WINDOWS)


def test_no_number_leaves_the_process(tmp_path: Path, draw: Draw) -> None:
    notes = {"markhound.std": "0.001,0.001,0.001"}
    path = write_grid_model(tmp_path / "m.onnx", kind="Flatten", notes=notes, power=60.0)
    assert Descriptor(str(path)).describe(draw(1), (640, 480), None).values.shape == (0, 192)
