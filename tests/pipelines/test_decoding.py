from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from crawler.errors import PictureError, StopError
from matchers.pictures.hashing import fingerprint
from pipelines.sweep.decoding import MODEL_MEMORY, Decoder
from tests.matchers.pictures.models import write_grid_model


def write_noise(path: Path, side: int = 64, seed: int = 1) -> Path:
    data = random.Random(seed).randbytes(side * side)
    Image.frombytes("L", (side, side), data).resize((256, 256)).save(path, "PNG")
    return path


def test_worker_gives_the_fingerprint_of_the_file(tmp_path: Path) -> None:
    file = write_noise(tmp_path / "图片 one\n.png")
    with Decoder() as decoder:
        assert decoder.read(file) == fingerprint(file.read_bytes())


def test_problems_are_told_and_the_worker_goes_on(tmp_path: Path) -> None:
    text = tmp_path / "page.html"
    text.write_text("<html>blocked</html>")
    with Decoder() as decoder:
        with pytest.raises(PictureError, match="not a picture"):
            decoder.read(text)
        with pytest.raises(PictureError, match="cannot be read: No such file"):
            decoder.read(tmp_path / "nothing.png")
        assert decoder.read(write_noise(tmp_path / "a.png")).size == (256, 256)


def test_a_killed_worker_costs_one_picture(tmp_path: Path) -> None:
    file = write_noise(tmp_path / "a.png")
    with Decoder() as decoder:
        decoder.read(file)
        process = decoder._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(PictureError, match="the decoder died on it"):
            decoder.read(file)
        assert decoder.read(file).size == (256, 256)


def test_a_picture_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with Decoder(seconds=0.01) as decoder, pytest.raises(PictureError, match=r"within 0\.01 s"):
        decoder.read(write_noise(tmp_path / "a.png"))


def test_memory_is_limited(tmp_path: Path) -> None:
    """Needs about 700 MiB, from a file of a few kilobytes."""
    out = io.BytesIO()
    Image.new("RGBA", (7000, 7000), (3, 4, 5, 6)).save(out, "PNG")
    (tmp_path / "bomb.png").write_bytes(out.getvalue())
    with Decoder(memory=600 * 1024**2) as decoder:
        assert decoder.read(write_noise(tmp_path / "a.png")).size == (256, 256)
        with pytest.raises(PictureError, match="memory"):
            decoder.read(tmp_path / "bomb.png")
        assert decoder.read(write_noise(tmp_path / "b.png", seed=2)).size == (256, 256)


def test_several_threads_may_ask(tmp_path: Path) -> None:
    files = [write_noise(tmp_path / f"{n}.png", seed=n) for n in range(8)]
    with Decoder() as decoder, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(decoder.read, files))
    assert found == [fingerprint(file.read_bytes()) for file in files]


def test_a_model_is_asked_in_the_worker_and_hostile_pictures_cost_one(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra descriptor is not installed")
    file, text = write_noise(tmp_path / "a.png"), tmp_path / "page.html"
    text.write_text("<html>blocked</html>")
    model = str(write_grid_model(tmp_path / "m.onnx"))
    with Decoder(descriptor=model, hashes_only=True) as decoder, Decoder() as plain:
        assert len(decoder.read(file).vectors.values) > 2
        with pytest.raises(PictureError, match="not a picture"):
            decoder.read(text)
        assert decoder.read(file).maker == decoder.find_maker() != plain.find_maker()
        assert "onnxruntime-" in decoder.find_maker()
        assert len(plain.read(file).vectors.values) == 0


def test_a_model_that_cannot_be_used_stops_the_run(tmp_path: Path) -> None:
    file = write_noise(tmp_path / "a.png")
    with Decoder(descriptor=str(tmp_path / "none.onnx")) as decoder:
        with pytest.raises(StopError, match=r"none\.onnx cannot be read|needs onnxruntime"):
            decoder.read(file)
        with pytest.raises(StopError):
            _ = decoder.find_maker()


def test_a_model_shares_the_limit_of_memory(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra descriptor is not installed")
    model = str(write_grid_model(tmp_path / "m.onnx"))
    with (
        Decoder(descriptor=model, memory=300 * 1024**2 - MODEL_MEMORY) as decoder,
        pytest.raises((PictureError, StopError)),
    ):
        decoder.read(write_noise(tmp_path / "a.png"))


def test_without_the_runtime_the_extra_is_named(tmp_path: Path) -> None:
    """A folder before the installed packages holds an onnxruntime that cannot be imported."""
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('none here')")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from pipelines.sweep.decoding import _answer;"
        "print(_answer((None, 'hashes'), 'efficientnet-lite0')['lacking'])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert "install markhound[descriptor]" in done.stdout
