from __future__ import annotations

import gc
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from crawler.model import Finding
from crawler.records import collecting_paused, quick


@quick
@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    x: int
    y: int = 2


def test_it_is_made_like_any_other() -> None:
    assert Point(x=1) == Point(x=1, y=2) != Point(x=2)
    assert repr(Point(x=1)) == "Point(x=1, y=2)"
    assert replace(Point(x=1), y=3).y == 3
    assert hash(Point(x=1)) == hash(Point(x=1))


def test_it_is_frozen_and_asks_for_keywords() -> None:
    with pytest.raises(FrozenInstanceError):
        Point(x=1).x = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        Point(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(x=1, z=1)  # type: ignore[call-arg]


def test_findings_keep_their_defaults() -> None:
    assert Finding(feature="name", weight=1.0).edits == ()


def test_factories_are_refused() -> None:
    with pytest.raises(TypeError, match="expected a plain default of x, got a factory"):

        @quick
        @dataclass(frozen=True, kw_only=True, slots=True)
        class Line(Point):
            x: list[int] = field(default_factory=list)  # type: ignore[assignment]


def test_collecting_is_as_it_was_after_a_pause() -> None:
    with collecting_paused():
        with collecting_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


@collecting_paused()
def _stop() -> None:
    raise ValueError("stop")


def test_collecting_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"):
        _stop()
    assert gc.isenabled()
