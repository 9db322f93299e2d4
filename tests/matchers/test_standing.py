"""How a name stands in its title."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Holder, Listing, Right
from matchers.han_standing import HAN_SENTENCES
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.standing import FEATURES, SENTENCES, find_levels
from matchers.weights import HAN_STANDING, STANDING

NAMES = (
    "Aurelio",
    "Nordwind",
    "Park",
    "Park Avenue",
    "Zoom",
    "Green Leaf",
    "Nike",
    "Roller",
    "Vehicle",
    "LV",
    "Eason",
    "Mapka",
    "New",
    "奥雷利奥",
)


def _right(name: str, holder: str | None = None) -> Right:
    owner = Holder(name=holder) if holder else None
    return Right(id=name, kind="trademark", name=name, holder=owner)


MATCHER = Matcher([_right(name) for name in NAMES], {}, MatchSettings(cutoff=0))


def _levels(title: str, name: str, matcher: Matcher = MATCHER) -> dict[str, str]:
    subject = Subject(listing=Listing(url="https://shop.example/1", title=title), pictures={})
    (candidate,) = (c for c in matcher.find_candidates(subject) if c.right.id == name)
    return find_levels(candidate, candidate.names[0].match)


@pytest.mark.parametrize(
    ("title", "name", "feature", "level"),
    [
        ("Nordwind jacket", "Nordwind", "place", "first"),
        ("new - 2 original NORDWIND jackets", "Nordwind", "place", "first"),
        ("jacket Nordwind", "Nordwind", "place", "later"),
        ("奥雷利奥 女包", "奥雷利奥", "place", None),
        ("Nordwind jacket", "Nordwind", "ordinary_words", None),
        ("Zoom lens", "Zoom", "ordinary_words", "an ordinary word, first"),
        ("camera with zoom", "Zoom", "ordinary_words", "an ordinary word, later"),
        ("camera with z00m", "Zoom", "ordinary_words", None),
        ("Green Leaf tea", "Green Leaf", "ordinary_words", "ordinary words, first"),
        ("dried green leaf tea", "Green Leaf", "ordinary_words", "ordinary words, later"),
        ("shoes Nike", "Nike", "ordinary_words", "a worldwide name, later"),
        ("shoes Nikke", "Nike", "ordinary_words", None),
        ("paint roller", "Roller", "ordinary_words", "a known word, later"),
        ("car vehicle", "Vehicle", "ordinary_words", "a frequent word, later"),
        ("zoom x200 lens", "Zoom", "followed_by", "a number"),
        ("zoom fxqwx lens", "Zoom", "followed_by", "a rare word"),
        ("zoom lens", "Zoom", "followed_by", None),
        ("lens zoom x200", "Zoom", "followed_by", None),
        ("LV bag", "LV", "short", "first"),
        ("level 5 LV bag", "LV", "short", "later"),
        ("Nordwind bag", "Nordwind", "short", None),
        ("ZOOM hoodie kids", "Zoom", "capitals", "in capitals"),
        ("ZOOM HOODIE KIDS", "Zoom", "capitals", None),
        ("hoodie for kids Zoom", "Zoom", "capitals", "begins with a capital"),
        ("Hoodie For Kids Zoom", "Zoom", "capitals", None),
        ("Park Avenue shirt", "Park", "rivals", "part of another name"),
        ("Park Avenue shirt", "Park Avenue", "rivals", None),
        ("Nordwind charger by Aurelio", "Aurelio", "rivals", "after another name"),
        ("Aurelio charger by N0rdw1nd", "Nordwind", "rivals", None),
        ("Zoom charger by Nordwind", "Nordwind", "rivals", "after an ordinary name"),
        ("charger by Nordwind for Aurelio", "Nordwind", "rivals", None),
        ("Easom printer", "Eason", "own_word", None),
        ("Eason printer", "Eason", "own_word", None),
        ("Nordwint jacket", "Nordwind", "rivals", None),
        ("new jacket", "New", "place", "later"),
        ("МАРКА кофе", "Mapka", "own_word", "a word"),
    ],
)
def test_levels(title: str, name: str, feature: str, level: str | None) -> None:
    assert _levels(title, name).get(feature) == level


def test_what_is_another_name_is_no_misspelling() -> None:
    """However near Vantec and Wantec are, each names its own right."""
    rights = [_right("Vantec"), _right("Wantec")]
    matcher = Matcher(rights, {}, MatchSettings(cutoff=0))
    listing = Listing(url="https://shop.example/1", title="Vantec hub")
    hits = matcher.match([Subject(listing=listing, pictures={})])
    scores = {hit.right: hit.score for hit in hits}
    assert scores["Vantec"] > 0.5
    assert scores.get("Wantec", 0) < 0.05


def test_a_word_is_no_misspelling() -> None:
    listing = Listing(url="https://shop.example/1", title="Easom jar")
    (candidate,) = MATCHER.find_candidates(Subject(listing=listing, pictures={}))
    match = candidate.names[0].match
    assert "own_word" not in find_levels(candidate, match)
    assert find_levels(candidate, match._replace(text="Mason"))["own_word"] == "a word"


def test_names_of_one_holder_are_no_rivals() -> None:
    rights = [_right("Aurelio", "A S.p.A."), _right("Nordwind", "A S.p.A.")]
    assert "rivals" not in _levels("Aurelio Nordwind shoe", "Nordwind", Matcher(rights, {}))


def test_what_two_rights_are_both_called_is_no_rival() -> None:
    twins = [Right(id=id_, kind="trademark", name="Nordwind") for id_ in ("TM-1", "TM-2")]
    assert "rivals" not in _levels("Nordwind shoe", "TM-2", Matcher(twins, {}))


def test_every_level_has_bits_and_a_sentence() -> None:
    both = {**SENTENCES, **HAN_SENTENCES}
    for feature, levels in {**STANDING, **HAN_STANDING}.items():
        assert levels.keys() == both[feature].keys()
        assert all(sentence.endswith(".") for sentence in both[feature].values())
    assert {feature.__name__ for feature in FEATURES} == STANDING.keys()


def test_every_feature_is_explained() -> None:
    assert all((feature.__doc__ or "").endswith(".") for feature in FEATURES)


_WORDS = st.sampled_from(
    [*NAMES, "zoom", "ЗООМ", "Nordwnid", "for", "x200", "Season", "，", "女包"]
)


@given(st.lists(_WORDS, max_size=7).map(" ".join))
def test_whatever_is_seen_has_bits(title: str) -> None:
    subject = Subject(listing=Listing(url="https://shop.example/1", title=title), pictures={})
    for candidate in MATCHER.find_candidates(subject):
        for found in candidate.names:
            for feature, level in find_levels(candidate, found.match).items():
                assert level in {**STANDING, **HAN_STANDING}[feature]
