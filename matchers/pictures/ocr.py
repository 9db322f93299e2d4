"""Reads the text in a picture, by the models that the package ``rapidocr`` carries.

Loaded by the worker of ``pipelines.sweep.words`` alone: it takes a second and 200 MB. It sees
pixels that passed the gate of ``matchers.decoding``, and nothing is downloaded or written.
"""

from __future__ import annotations

import logging
import math
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rapidocr
from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

from crawler.errors import MachineError, PictureError
from matchers.decoding import decode
from matchers.pictures.lines import LEAST_CONFIDENCE, Line
from matchers.pictures.prints import Box

SIDE = 960
"""Most pixels of the longer side of the picture from which letters are read."""
SEARCHED_SIDE = 480
"""The same of the one in which lines are looked for, which takes most of the time."""
MOST_LINES = 100
LONGEST_LINE = 200
"""Characters of a line that are kept."""
_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}


def read_lines(data: bytes) -> list[Line]:
    """Return the lines of text in a picture's file, from the top to the bottom.

    :raises PictureError: when the picture is not acceptable, see ``matchers.decoding``, or the
        models fail on it, mostly for want of memory
    :raises MachineError: when the package does not carry its models
    """
    picture = decode(data, SIDE)
    pixels = np.ascontiguousarray(np.asarray(picture.colour)[:, :, ::-1])  # as OpenCV has them
    try:
        found = _load_reader()(pixels)
    except (ONNXRuntimeError, cv2.error) as error:
        last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise PictureError(f"its words cannot be read: {last[0][:200]}") from error
    if found.boxes is None or found.txts is None or found.scores is None:
        return []
    scale = picture.size[0] / pixels.shape[1], picture.size[1] / pixels.shape[0]
    lines = []
    for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        text = text.strip()[:LONGEST_LINE]
        if len(text) > 1 and score >= LEAST_CONFIDENCE:  # every ring is an O
            region = _find_region(corners, scale, picture.size)
            lines.append(Line(text, region, round(float(score), 3)))
    return lines[:MOST_LINES]


@cache
def _load_reader() -> Any:  # noqa: ANN401 (of an extra)
    """Return the reader; one thread, its own messages off."""
    logging.getLogger("RapidOCR").disabled = True
    folder = Path(rapidocr.__file__).parent / "models"
    parameters: dict[str, Any] = {
        "Global.log_level": "critical",
        "Global.text_score": LEAST_CONFIDENCE,
        "Det.limit_type": "max",
        "Det.limit_side_len": SEARCHED_SIDE,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    for part, name in _MODELS.items():
        if not (folder / name).is_file():  # else it would be downloaded
            raise MachineError(f"the package rapidocr lacks its model {name}")
        parameters[f"{part}.model_path"] = str(folder / name)
    return rapidocr.RapidOCR(params=parameters)


def _find_region(corners: Any, scale: tuple[float, float], size: tuple[int, int]) -> Box:  # noqa: ANN401 (an array of an extra)
    """Return the box around four corners, in pixels of the picture itself."""
    left, top = (max(0, math.floor(corners[:, axis].min() * scale[axis])) for axis in (0, 1))
    right, bottom = (
        min(size[axis], math.ceil(corners[:, axis].max() * scale[axis])) for axis in (0, 1)
    )
    return left, top, max(1, right - left), max(1, bottom - top)
