"""The table of features."""

from __future__ import annotations

import pytest

from crawler.model import Licensee, Seller
from matchers import context
from matchers.vocabulary import load_sections
from matchers.weights import CONTEXT
from tests.matchers.candidates import make_candidate


def test_every_feature_explains_itself() -> None:
    for feature in context.FEATURES:
        assert feature.__doc__, feature
        assert feature.__doc__.strip().endswith("."), feature
    names = [feature.__name__ for feature in context.FEATURES]
    assert len(names) == len(set(names))


def test_a_plain_listing_says_nothing() -> None:
    assert list(context.find_context(make_candidate("Aurelio bag"))) == []


def test_findings_hold_what_was_compared_and_end_in_a_full_stop() -> None:
    titles = (
        "Case for Aurelio phones", "Dupe of Aurelio, replica, pre-owned box only",
        "非 奥雷利奥 高仿 外贸尾单", "Zorvex vs Aurelio", "history of Aurelio",
    )  # fmt: skip
    found = [finding for title in titles for finding in context.find_context(make_candidate(title))]
    assert len(found) >= 8
    for finding in found:
        assert finding.weight in CONTEXT.values()
        assert finding.text, finding
        assert finding.form, finding
        assert finding.detail is not None
        assert finding.detail.endswith("."), finding


TITLES = (
    "Case for Aurelio phones", "Dupe of Aurelio, replica, pre-owned box only", "Aurelio style bag",
    "非 奥雷利奥 高仿 外贸尾单", "Zorvex vs Aurelio", "history of Aurelio", "Aurelio gold dress",
    "奥雷利奥风味 茶", "Aurelio poster DVD", "Aurelio bag made in France", "used Aurelio T-shirt",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["trademark", "geographical_indication", "work"])
@pytest.mark.parametrize("title", TITLES)
def test_no_feature_is_passed_over_that_has_something_to_say(kind: str, title: str) -> None:
    right = {"kind": kind, "origin": ("China",), "licensees": (Licensee(seller="A"),)}
    for description in (None, "a replica, factory leftover"):
        candidate = make_candidate(
            title, right=right, description=description, seller=Seller(name="B"), brand="Zorvex"
        )
        found = [feature(candidate) for feature in context.FEATURES]
        assert context.find_context(candidate) == [finding for finding in found if finding]


def test_phrases_and_kinds_are_those_of_features() -> None:
    features = set(context.FEATURES)
    assert context.PHRASES.keys() | context.KINDS.keys() <= features
    known = load_sections("phrases").keys()
    assert frozenset().union(*context.PHRASES.values()) <= known


def test_what_features_need_is_something_that_is_looked_for() -> None:
    assert set(context.NEEDS) <= set(context.FEATURES)
    assert set(context.NEEDS.values()) <= set(context._Given._fields)
