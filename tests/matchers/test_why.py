from __future__ import annotations

import pytest

from crawler.model import Finding, Listing, Right
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.why import find_nearest, find_readings, find_steps

MARK = Right(id="TM-1", kind="trademark", name="Aurelio", variants=("奥雷利奥",))


def listing(title: str, **changes: str) -> Listing:
    return Listing(url="https://shop.example/1", title=title, **changes)  # type: ignore[arg-type]


def nearest(title: str, name: str, **changes: str) -> tuple[str, int, str]:
    right = Right(id="TM-1", kind="trademark", name=name)
    [found] = find_nearest(listing(title, **changes), right)
    return found.text, found.distance, found.verdict


def test_steps_add_up() -> None:
    findings = [Finding(feature="name", weight=8.0), Finding(feature="referential", weight=-6.0)]
    steps = find_steps(findings, prior=-6.0)
    assert [(step.bits, step.probability) for step in steps] == [(2.0, 0.8), (-4.0, 0.058824)]


def test_the_last_step_is_the_score() -> None:
    settings = MatchSettings(cutoff=0.0)
    matcher = Matcher([MARK], {}, settings)
    for title in ("Аurelio replica bag", "case for Aurelio", "奥雷利奥 手提包"):
        [hit] = matcher.match([Subject(listing=listing(title), pictures={})])
        steps = find_steps(hit.findings, settings.prior)
        assert steps[-1].probability == pytest.approx(hit.score, abs=1e-6)


def test_every_reading_of_every_field_is_named() -> None:
    readings = find_readings(listing("Аurelio b4g", description="two"))
    assert (readings[0].kind, readings[0].text[1:]) == ("plain", "urelio b4g")
    assert {"skeleton", "leet"} <= {r.kind for r in readings if r.field == "title"}
    assert readings[-1].field == "description"


@pytest.mark.parametrize(
    ("title", "name", "piece", "distance", "verdict"),
    [
        ("Aurora leather bag", "Aurelio", "Aurora", 4, "Too far off: at a distance of 4"),
        ("奥利给 手提包", "奥雷利奥", "奥利给", 2, "Too far off"),
        ("a maurelios bag", "Aurelio", "aurelio", 0, "inside a longer word"),
        ("4x tool", "AX", "4x", 0, "only found as it is written"),
        ("Canova S10 cable", "Canova S20", "Canova S10", 1, "digits are others"),
        ("Aure, lio", "Aurelio", "Aure, lio", 0, "broken up"),
    ],
)
def test_what_came_nearest_is_told_with_its_distance(
    title: str, name: str, piece: str, distance: int, verdict: str
) -> None:
    text, found, why = nearest(title, name)
    assert (text, found) == (piece, distance)
    assert verdict in why


def test_the_place_counts_in_the_text_as_given() -> None:
    [found] = find_nearest(
        listing("全新 Аur\u200bоra"), Right(id="1", kind="trademark", name="Aurelio")
    )
    assert found.span == (3, 10)


def test_the_title_is_preferred_and_the_brand_is_looked_at() -> None:
    text, distance, _ = nearest("leather bag", "Aurelio", brand="Aurlioo")
    assert (text, distance) == ("Aurlioo", 2)


def test_a_name_like_nothing_in_the_text_has_no_nearest() -> None:
    assert find_nearest(listing("canvas bag"), Right(id="1", kind="work", name="奥雷利奥")) == ()
    assert find_nearest(listing("canvas bag"), Right(id="1", kind="work", images=("x.png",))) == ()
