"""The table of features."""

from __future__ import annotations

from matchers import context
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
