"""Tiny descriptor models, written on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from matchers.pictures.onnx_file import Graph

SIDE = 64
GRID = 8


def write_grid_model(
    path: Path,
    *,
    shape: tuple[int | str, ...] = ("n", 3, SIDE, SIDE),
    kind: str = "Flatten",
    notes: Mapping[str, str] | None = None,
    power: float | None = None,
) -> Path:
    """Write a model that answers with the mean colours of 8 x 8 cells, less their mean.

    :param power: to which the answers are raised, so that they are no numbers any more
    :param kind: of the last operator; ``Identity`` gives no row of numbers
    """
    graph = Graph()
    cell = SIDE // GRID
    x = graph.node("AveragePool", ["picture"], kernel_shape=(cell, cell), strides=(cell, cell))
    mean = graph.node("GlobalAveragePool", [x])
    x = graph.node("Sub", [x, mean])
    x = graph.node("Flatten", [x], axis=1) if kind == "Flatten" else graph.node(kind, [x])
    if power is not None:
        x = graph.node("Pow", [x, graph.constant(np.array(power, np.float32))])
    path.write_bytes(graph.dump({"picture": shape}, {x: ["n", 3 * GRID**2]}, notes))
    return path


def write_sum_model(path: Path) -> Path:
    """Write a model that answers with one number for each colour: too few."""
    graph = Graph()
    x = graph.node("Flatten", [graph.node("GlobalAveragePool", ["picture"])], axis=1)
    path.write_bytes(graph.dump({"picture": ["n", 3, SIDE, SIDE]}, {x: ["n", 3]}))
    return path


def write_two_inputs(path: Path) -> Path:
    """Write a model that takes two pictures."""
    graph = Graph()
    x = graph.node("Flatten", [graph.node("Add", ["picture", "other"])], axis=1)
    shape = ("n", 3, SIDE, SIDE)
    path.write_bytes(graph.dump({"picture": shape, "other": shape}, {x: ["n", 3 * SIDE**2]}))
    return path
