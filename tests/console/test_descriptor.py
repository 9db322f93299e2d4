"""A descriptor model on the command line, in the settings and in a campaign."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.console.test_cli import write_lines
from tests.matchers.conftest import draw_picture
from tests.matchers.pictures.models import GRID, write_grid_model
from tests.servers.command import run

pytest.importorskip("onnxruntime", reason="the extra descriptor is not installed")


def pattern(image: Image.Image) -> Image.Image:
    """Return a picture with a strong pattern over it; the mean colours of 8 x 8 cells stay."""
    fine = np.random.default_rng(1).normal(size=(GRID, 4, GRID, 4))
    fine -= fine.mean(axis=(1, 3), keepdims=True)
    fine = np.clip(fine * 45, -60, 60).reshape(GRID * 4, GRID * 4)
    width, height = image.size
    grain = np.kron(fine, np.ones((height // (GRID * 4), width // (GRID * 4))))
    calm = np.asarray(image, np.float64) * 0.5 + 64
    return Image.fromarray((calm + grain[..., None]).clip(0, 255).astype(np.uint8))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A registry, listings and a model."""
    draw_picture(1).save(tmp_path / "work.png")
    pattern(draw_picture(1)).save(tmp_path / "copy.png")
    draw_picture(2).save(tmp_path / "other.png")
    rights = write_lines(
        tmp_path / "r.jsonl", {"id": "W-1", "kind": "work", "images": ["work.png"]}
    )
    listings = write_lines(
        tmp_path / "l.jsonl",
        *(
            {"url": f"https://s.example/{name}", "title": "x", "images": [f"{name}.png"]}
            for name in ("copy", "other")
        ),
    )
    return rights, listings, write_grid_model(tmp_path / "model.onnx")


def test_a_copy_is_found_by_the_model_alone(
    files: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights, listings, model = files
    monkeypatch.chdir(tmp_path)
    assert run("match", listings, "--registry", rights).out == ""
    for extra in ((), ("--pictures", "hashes"), ("--index", "i"), ("--index", "i")):
        done = run("match", listings, "--registry", rights, "--descriptor", model.name, *extra)
        hit = json.loads(done.out)
        (finding,) = hit["findings"]
        assert hit["listing"] == "https://s.example/copy"
        assert hit["flagged"]
        assert (finding["feature"], finding["method"]) == ("picture", "descriptor")
        assert 0 <= finding["descriptor_distance"] < 0.1
        assert "distance" not in finding
    assert run("match", listings, "--registry", rights, "--index", "i").out == ""


def test_another_model_makes_a_kept_index_anew(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    rights, listings, model = files
    other = write_grid_model(tmp_path / "other.onnx", notes={"markhound.std": "0.3,0.3,0.3"})
    sizes = []
    for path in (model, other, other):
        args = ("match", listings, "--registry", rights, "--index", tmp_path / "i")
        assert run(*args, "--descriptor", path).json["listing"] == "https://s.example/copy"
        sizes.append((tmp_path / "i" / "fingerprints.bin").stat().st_size)
    assert sizes[0] < sizes[1] == sizes[2]


def test_explain_asks_the_model_too(files: tuple[Path, Path, Path]) -> None:
    rights, listings, model = files
    asked = ("explain", "https://s.example/copy", "--right", "W-1")
    args = (*asked, "--listings", listings, "--registry", rights)
    assert "No hit" in run(*args).out
    done = run(*args, "--descriptor", model)
    assert "A hit, flagged" in done.out
    assert "descriptors 0.0" in done.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing.onnx", "cannot be read: No such file"),
        ("l.jsonl", "no descriptor model is called"),
        ("broken.onnx", "no ONNX model that can be run"),
    ],
)
def test_a_wrong_model_is_told(
    name: str, said: str, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    rights, listings, _ = files
    (tmp_path / "broken.onnx").write_text("<html>")
    model = tmp_path / name if name.endswith(".onnx") else name
    done = run("match", listings, "--registry", rights, "--descriptor", model, expect=2)
    assert said in done.err
    assert done.out == ""


def test_the_main_process_loads_no_runtime() -> None:
    code = (
        "import sys, console.commands.match, pipelines.offline, pipelines.sweep.match;"
        "assert not {'onnxruntime', 'matchers.pictures.descriptor'} & {*sys.modules}"
    )
    assert run_python(code) == ""


def run_python(code: str) -> str:
    import_free = [sys.executable, "-c", code]
    return subprocess.run(import_free, capture_output=True, check=True, text=True).stdout
