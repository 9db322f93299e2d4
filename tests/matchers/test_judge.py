"""Findings add up to one explained score."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from crawler.formats import dump_json, load_record
from crawler.model import Hit, Licensee, Listing, Right, Seller, hit_id
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.matches import PictureMatch
from matchers.weights import BRAND_FIELD, CONTEXT, DESCRIPTION, NAME, PICTURE, PRIOR, STANDING

Draw = Callable[[int], Image.Image]
Encode = Callable[..., bytes]

STORE = Seller(name="Aurelio Official Store")
AURELIO = Right(
    id="TM-1",
    kind="trademark",
    name="Aurelio",
    variants=("奥雷利奥",),
    images=("logos/aurelio.png",),
    licensees=(Licensee(seller=STORE.name),),
)
NORDWIND = Right(id="TM-2", kind="trademark", name="Nordwind")
LARK = Right(id="TM-3", kind="trademark", name="云雀")
STUDIO = Right(id="W-1", kind="work", name="青瓷小筑", images=("works/1.jpg", "works/2.jpg"))
RIGHTS = (AURELIO, NORDWIND, LARK, STUDIO)
MATCHER = Matcher(RIGHTS, {})


def _find(
    references: Sequence[Image.Image], picture: Image.Image, encode: Encode
) -> Sequence[PictureMatch]:
    """Return what a picture copies."""
    index = PictureIndex([fingerprint(encode(image)) for image in references])
    return index.find(fingerprint(encode(picture, "JPEG", quality=70)))


def _subject(title: str, pictures: dict[str, Any] | None = None, **fields: Any) -> Subject:
    listing = Listing(url=f"https://shop.example/{title}", title=title, **fields)
    return Subject(listing=listing, pictures=pictures or {})


def _hits(title: str, **fields: Any) -> list[Hit]:
    return MATCHER.match([_subject(title, **fields)])


@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("Aurelio leather bag", "TM-1"),
        ("Аurеliо leather bag", "TM-1"),
        ("Aur3l1o bag replica", "TM-1"),
        ("A.u.r.e.l.i.o bag", "TM-1"),
        ("高仿 奧雷利奧 女包", "TM-1"),
        ("N0rdwind jacket", "TM-2"),
        ("云雀 茶叶礼盒", "TM-3"),
        ("青瓷小筑 花瓶", "W-1"),
    ],
)
def test_flags_uses_of_a_name(title: str, right: str) -> None:
    (hit,) = _hits(title)
    assert (hit.right, hit.flagged, hit.target) == (right, True, "listing")
    assert hit.id == hit_id("listing", hit.listing, right)


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Winter jacket Nordvind", {}),
        ("Case for Nordwind phones", {}),
        ("适用于奥雷利奥手机壳", {}),
        ("Leather bag", {"description": "In the style of Aurelio."}),
    ],
)
def test_keeps_but_does_not_flag_doubtful_ones(title: str, fields: dict[str, Any]) -> None:
    (hit,) = _hits(title, **fields)
    assert not hit.flagged
    assert 0.05 <= hit.score < 0.5


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Leather bag", {}),
        ("奥利奥 饼干", {}),
        ("Aurelia gold ring", {}),
        ("north wind chime", {}),
        ("白云 雀巢咖啡", {}),
        ("", {}),
        ("Aurelio bag", {"seller": STORE}),
        ("Aurelio 奥雷利奥 bag", {"seller": STORE, "brand": "Aurelio"}),
    ],
)
def test_forgets_innocents_and_licensees(title: str, fields: dict[str, Any]) -> None:
    assert _hits(title, **fields) == []


def test_a_licence_outweighs_everything_else(draw: Draw, encode: Encode) -> None:
    copies = _find([draw(1)], draw(1), encode)
    many = ("奥雷利奥", "Orelio", "Oreliu", "Aureliu", "Aurilio")
    right = replace(AURELIO, variants=many, goods=("bags",))
    matcher = Matcher([right], [("TM-1", "logos/aurelio.png")])
    everything = "Аurelio Оreliо Аureliu Aur1lio 奧-雷-利-奧 replica bag"
    subject = _subject(
        everything,
        {f"https://shop.example/{i}.jpg": copies for i in range(9)},
        brand=everything,
        description=everything,
    )
    (hit,) = matcher.match([subject])
    worst = sum(finding.weight for finding in hit.findings)
    assert worst > 50
    assert worst + PRIOR + CONTEXT["licensed_seller"] < 0


def test_pictures_and_names_of_one_right_add_up(draw: Draw, encode: Encode) -> None:
    images = [("W-1", "works/1.jpg"), ("W-1", "works/2.jpg"), ("TM-9", "not watched.png")]
    drawn = [draw(1), draw(2), draw(3)]
    matcher = Matcher(RIGHTS, images)
    copy = _find(drawn, ImageOps.mirror(draw(2)), encode)
    other = _find(drawn, draw(3), encode)
    (alone,) = matcher.match([_subject("Vase", {"a.jpg": other, "b.jpg": copy})])
    (both,) = matcher.match([_subject("青瓷小筑 vase", {"a.jpg": other, "b.jpg": copy})])
    (finding,) = [f for f in alone.findings if f.feature == "picture"]
    assert (finding.image, finding.reference) == ("b.jpg", "works/2.jpg")
    assert (finding.transform, finding.region) == ("mirror", (0, 0, 640, 480))
    assert alone.flagged
    assert {"name", "picture"} <= {finding.feature for finding in both.findings}
    assert both.score > alone.score


def test_several_copies_count_once_in_full(draw: Draw, encode: Encode) -> None:
    copies = _find([draw(1)], draw(1), encode)
    matcher = Matcher([STUDIO], [("W-1", "works/1.jpg")])
    (hit,) = matcher.match([_subject("Vase", dict.fromkeys("abcdefgh", copies))])
    weights = [finding.weight for finding in hit.findings]
    assert weights == [PICTURE["rich"][0][1], 1, 1, 1, 1]


def test_one_name_found_twice_counts_once() -> None:
    (once,), (twice,) = _hits("Aurelio bag"), _hits("Aurelio bag Aurelio")
    assert once.score == twice.score
    assert [finding.feature for finding in twice.findings].count("name") == 1


def test_the_hits_of_a_batch_keep_its_order() -> None:
    hits = MATCHER.match([_subject("Nordwind"), _subject("x"), _subject("Nordwind Аurelio")])
    assert [hit.right for hit in hits] == ["TM-2", "TM-1", "TM-2"]


@pytest.mark.parametrize("unit", ["Aurelio ", "A u r e l i o ", "a ", "Аurelia ", "云雀", "for "])
def test_an_endless_text_costs_little(unit: str) -> None:
    endless = unit * 100_000
    started = time.process_time()
    _hits(endless, brand=endless, description=endless)
    assert time.process_time() - started < 10


def test_settings_move_cutoff_and_threshold() -> None:
    subject = _subject("Winter jacket Nordvind")
    strict = Matcher(RIGHTS, {}, MatchSettings(cutoff=0.6, threshold=0.9))
    loose = Matcher(RIGHTS, {}, MatchSettings(threshold=0.1))
    assert strict.match([subject]) == []
    assert loose.match([subject])[0].flagged


@pytest.mark.parametrize(("cutoff", "threshold"), [(0.6, 0.5), (-0.1, 0.5), (0.1, 1.1)])
def test_settings_that_make_no_sense_are_refused(cutoff: float, threshold: float) -> None:
    with pytest.raises(ValueError, match="cutoff <= threshold"):
        MatchSettings(cutoff=cutoff, threshold=threshold)


def test_two_rights_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="TM-1"):
        Matcher([AURELIO, AURELIO], {})


def test_no_rights_no_hits() -> None:
    assert Matcher([], {}).match([_subject("Aurelio")]) == []


WEAK = (
    "homophone, two",
    "look-alike characters, two",
    "a character differs, two",
    "initials, many",
    "initials, few",
    "without vowels, many",
    "without vowels, few",
    "misspelt by two letters",
    "romanised, few letters",
    "in another alphabet",
    "two characters in a run",
    "ordinary word",
)
GOODS = ("bags", "手机", "茶", "tea", "belts", "shoes", "phones")
PARTY = {"description": "Аurеliо"}


@pytest.mark.parametrize(
    ("name", "title", "fields", "low", "high"),
    [
        # what is plainly the mark
        ("Aurelio", "Aurelio bag", {}, 0.7, 1),
        ("Aurelio", "Bolso para mujer Aurelio", {}, 0.7, 1),
        ("Aurelio", "Tasche für Damen Aurelio", {}, 0.7, 1),
        ("Aurelio", "Bag for party Aurelio", {}, 0.55, 1),
        ("奥雷利奥", "女士包 适合上班 奥雷利奥", {}, 0.55, 1),
        ("Aurelio", "Aurelio bag", {"brand": "Lucky", "seller": Seller(name="Lucky")}, 0.7, 1),
        ("大益", "大益 普洱", {}, 0.6, 1),
        ("大益", "大益普洱茶", {}, 0.6, 1),
        ("大益", "新品大益茶饼", {}, 0.6, 1),
        ("自然堂", "自然堂面膜", {}, 0.6, 1),
        ("LV", "LV bags", {}, 0.55, 1),
        ("JBL", "JBL shoes", {}, 0.55, 1),
        ("Gucci", "Guccci belt", {}, 0.55, 1),
        ("Nike", "Nkie shoes", {}, 0.55, 1),
        # a misspelling that is no word, and letters that are no word, where brands stand
        ("Gucci", "Guccci poster", {}, 0.55, 0.8),
        ("Nike", "Nkie poster", {}, 0.55, 0.8),
        ("LV", "LV poster", {}, 0.55, 0.95),
        ("Green Leaf", "Green Leaf tea", {}, 0.55, 1),
        ("Aurelio", "Leather bag", {"brand": "Aurelio"}, 0.55, 1),
        ("LV", "LV purse", {"brand": "LV"}, 0.9, 1),
        # what may be it
        ("Gucci", "Poster gucki", {}, 0.05, 0.48),
        ("Nike", "Hike poster", {}, 0, 0.45),
        ("LV", "poster size LV", {}, 0.05, 0.45),
        ("Green Leaf", "Dried green leaf tea", {}, 0.05, 0.45),
        ("Aurelio", "Lamp", {"brand": "Aurelio"}, 0.05, 0.45),
        ("Aurelio", "Leather bag", PARTY, 0.05, 0.45),
        ("奥雷利奥", "奥雷利奥专用礼盒", {}, 0.05, 0.3),
        ("奥雷利奥", "奥雷利亚 女包", {}, 0, 0.45),
        # what is something else
        ("Mapka", "МАРКА", {}, 0, 0.2),
        ("Kama", "Шины Кама", {}, 0, 0.2),
        ("Mano", "ΜΑΝΟ", {}, 0, 0.2),
        ("Sale", "S A L E bags", {}, 0, 0.45),
        ("Togo", "cups to go", {}, 0, 0),
        ("美的", "精美的礼品盒", {}, 0, 0.45),
        ("大益", "扩大益生菌", {}, 0, 0.2),
        ("安踏", "平安踏板", {}, 0, 0.2),
        ("茶颜", "绿茶颜色", {}, 0, 0.45),
        ("玫瑰", "玫瑰花茶", {}, 0, 0.45),
        ("自然堂", "大自然堂屋", {}, 0, 0.3),
        ("Angel", "Angel wings costume fake fur", {}, 0, 0.45),
        ("Angel", "Angel wings costume fake", {}, 0, 0.45),
        ("Apple", "Apple green phone pouch imitation leather", {}, 0, 0.45),
    ],
)
def test_scores_keep_off_the_threshold(
    name: str, title: str, fields: dict[str, Any], low: float, high: float
) -> None:
    right = Right(id="TM-1", kind="trademark", name=name, goods=GOODS)
    hits = Matcher([right], {}).match([_subject(title, **fields)])
    score = max((hit.score for hit in hits), default=0.0)
    assert low <= score <= high


def test_no_name_and_goods_make_a_sum_at_the_threshold() -> None:
    """A score of exactly one half says that nobody decided."""
    places = {0.0, *STANDING["place"].values()}
    sums = {PRIOR + level + more for level in NAME.values() for more in places}
    sums |= {PRIOR + level for level in {BRAND_FIELD, *DESCRIPTION.values()}}
    goods = {0.0, CONTEXT["goods"], CONTEXT["other_goods"], CONTEXT["perhaps_counterfeit"]}
    assert min(abs(bits + more) for bits in sums for more in goods) > 0.05


@pytest.mark.parametrize("level", WEAK)
def test_what_is_weak_is_never_flagged_alone(level: str) -> None:
    """Whatever speaks for the name in its place, goods of its kind included."""
    best = STANDING["place"]["first"] + CONTEXT["goods"]
    assert PRIOR + NAME[level] + best < 0


_FRAGMENT = st.sampled_from(
    ["Aurelio", "Аurelio", "Nordwnid", "云雀", "for", "replica", "奧雷利奧"]
)


@given(st.lists(_FRAGMENT | st.text(max_size=5), max_size=6), st.none() | _FRAGMENT)
def test_hits_are_explained_whatever_the_text(parts: list[str], brand: str | None) -> None:
    title = " ".join(parts)
    for hit in _hits(title, brand=brand, description=title):
        assert load_record(Hit, dump_json(hit)) == hit
        bits = PRIOR + sum(finding.weight for finding in hit.findings)
        assert math.isclose(hit.score, 1 / (1 + 2**-bits), abs_tol=1e-6)
        for finding in hit.findings:
            assert finding.detail
            assert finding.detail.endswith(".")
            if finding.span is not None:
                text = {"title": title, "description": title, "brand": brand}[finding.field or ""]
                assert (text or "")[slice(*finding.span)] == finding.text


def test_listings_matched_together_are_matched_as_each_alone() -> None:
    subjects = [
        _subject("Aurelio bag", brand="Nordwind", description="like a Nordwind jacket"),
        _subject("plain bag", description="云雀 and Aurelio"),
        _subject("plain bag"),
        _subject("Aureilo bag", attributes={"Brand": "Nordwind"}),
    ]
    together = MATCHER.match(iter(subjects))
    assert together == [hit for subject in subjects for hit in MATCHER.match([subject])]
    assert len(together) >= 4


def test_a_hit_is_what_judge_says_of_its_candidate() -> None:
    subject = _subject("Aurelio and Nordwind bag replica", brand="Aurelio")
    judged = [MATCHER.judge(candidate) for candidate in MATCHER.find_candidates(subject)]
    hits = MATCHER.match([subject])
    assert hits
    assert all(hit in judged for hit in hits)
