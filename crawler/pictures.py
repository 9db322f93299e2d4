"""The workspace's pictures, kept by content: ``pictures/ab/abcdef...`` (SHA-256 of the bytes)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Literal

from crawler.files import whole_file

WordsMode = Literal["off", "auto", "on"]
"""Whether text in pictures is read: never, where the extra ``ocr`` is installed, or always."""
WORD_PACKAGES = ("rapidocr", "onnxruntime")
"""What reads text, from the extra ``ocr``."""
WORDS_BUDGET = 500
"""Pictures that are read for it at the most, unless told otherwise."""
MODEL_SUFFIX = ".onnx"
"""Of a descriptor model's file; anything else is the name of one."""

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_BYTES = 20 * 1024 * 1024
"""Larger files are not looked at."""


def words_can_be_read() -> bool:
    """Whether the packages that read text are there; they are not loaded."""
    return all(find_spec(package) is not None for package in WORD_PACKAGES)


def words_are_read(mode: WordsMode) -> bool:
    """Whether text in pictures is read with this setting, on this machine."""
    return mode != "off" and words_can_be_read()


def picture_problem(place: Path | BytesIO) -> str | None:
    """Say why a file is no picture that could be compared; None when its head looks like one."""
    # Loaded when asked for: most registries have names alone.
    pillow = import_module("PIL.Image")
    try:
        with pillow.open(place, formats=PICTURE_FORMATS):
            return None
    except import_module("PIL").UnidentifiedImageError:
        return f"expected a picture in one of the formats {', '.join(PICTURE_FORMATS)}"
    except (OSError, ValueError, pillow.DecompressionBombError) as error:
        return f"cannot be read: {error}"


def descriptor_at(descriptor: str, folder: Path) -> str:
    """Return a descriptor model as it is named in a folder's file; what ends so is a path."""
    return str(folder.resolve() / descriptor) if descriptor.endswith(MODEL_SUFFIX) else descriptor


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFolder:
    """A folder whose files are named by the SHA-256 of what they hold."""

    root: Path

    def path_of(self, sha256: str) -> Path:
        """Return where the picture of that digest is kept."""
        return self.root / sha256[:2] / sha256

    def touch(self, sha256: str) -> bool:
        """Tell whether the picture is there, and have it count as written now."""
        path = self.path_of(sha256)
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        except OSError:  # another's file, or a disk that is read-only: it is there all the same
            return path.exists()
        return True

    def keep(self, data: bytes) -> str:
        """Store the bytes, once, and return their SHA-256 in hex.

        A file appears whole or not at all: it is written beside its place, synced, renamed. One
        that is there already counts as written now, so that no rule erases it before a record
        names it.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path_of(digest)
        if self.touch(digest):
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(data)
        return digest
