"""Options of the commands that match: the two limits of a score, and the descriptor model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from matchers.judge import MatchSettings

_Function = Callable[..., Any]


def limits_options(function: _Function) -> _Function:
    """Give a command the options ``--cutoff`` and ``--threshold``."""
    cutoff = click.option(
        "--cutoff", metavar="SCORE", type=float, help="Forget pairs that score below."
    )
    threshold = click.option(
        "--threshold", metavar="SCORE", type=float, help="Flag hits that score at least this."
    )
    return cutoff(threshold(function))


def descriptor_option(function: _Function) -> _Function:
    """Give a command the option ``--descriptor``."""
    return click.option(
        "--descriptor",
        metavar="MODEL",
        help="Compare pictures by a model besides: the path of an ONNX file, or a model's name.",
    )(function)


def match_settings(
    cutoff: float | None, threshold: float | None, default: MatchSettings
) -> MatchSettings:
    """Return the settings with the limits that were given.

    :raises click.UsageError: when they are no limits of a score
    """
    try:
        return MatchSettings(
            cutoff=default.cutoff if cutoff is None else cutoff,
            threshold=default.threshold if threshold is None else threshold,
        )
    except ValueError as error:
        raise click.UsageError(f"--cutoff and --threshold: {error}") from error
