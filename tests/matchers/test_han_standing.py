"""How Han names stand in their titles."""

from __future__ import annotations

import pytest

from crawler.model import Listing, Right
from matchers.candidate import Candidate
from matchers.explain import find_level
from matchers.han_standing import (
    FEATURES,
    HAN_SENTENCES,
    NEAR_FEATURES,
    find_han_levels,
    is_han,
    stands_exactly,
)
from matchers.marks import NameMatch
from matchers.standing import find_levels, tell_standing
from matchers.weights import HAN_STANDING, NAME, PRIOR


def _match(title: str, name: str, text: str | None = None, **changes: object) -> NameMatch:
    text = text or name
    start = title.index(text)
    fields: dict[str, object] = {
        "owner": 0,
        "form": name,
        "span": (start, start + len(text)),
        "text": text,
        "edits": () if text == name else ("homophone",),
        "distance": sum(a != b for a, b in zip(text, name, strict=False)),
        "length": len(name),
        "common": False,
        "words": 1,
        "unspaced": True,
    }
    return NameMatch(**{**fields, **changes})  # type: ignore[arg-type]


def _candidate(title: str, *rivals: str) -> Candidate:
    return Candidate(
        listing=Listing(url="https://shop.example/1", title=title),
        right=Right(id="r", kind="trademark", name="云雀"),
        names=(),
        pictures=(),
        rivals=[
            (Right(id=name, kind="trademark", name=name), _match(title, name)) for name in rivals
        ],
    )


def _levels(title: str, name: str, text: str | None = None) -> dict[str, str]:
    return find_han_levels(_candidate(title), _match(title, name, text))


@pytest.mark.parametrize(
    ("title", "name", "level"),
    [
        ("耐克跑步鞋男", "耐克", "one word"),
        ("CHANDO/自然堂 面霜", "自然堂", "apart"),
        ("青瓷云雀茶杯", "云雀", "one word"),
        ("防滑耐克服地形登山杖", "耐克", "across words"),
        ("古驰名商标茶叶", "古驰", "across words"),
    ],
)
def test_the_title_is_cut_at_the_name_or_across_it(title: str, name: str, level: str) -> None:
    assert _levels(title, name)["han_cut"] == level


@pytest.mark.parametrize(
    ("title", "name", "level"),
    [
        ("苹果 7p屏幕", "苹果", "a frequent word"),
        ("苹果屏幕总成", "苹果", "a frequent word, in a run"),
        ("红富士苹果10斤", "苹果", "a frequent word, in a run"),
        ("苹果 5.5公斤", "苹果", "a frequent word, in a run"),
        ("苹果6s", "苹果", "a frequent word"),
        ("耐克跑步鞋", "耐克", "a known name"),
        ("天津麻花", "天津", "a place"),
        ("包邮手提包", "包邮", "a frequent word, in a run"),
        ("薇雅堂面霜", "薇雅堂", None),
    ],
)
def test_what_kind_of_word_a_name_is(title: str, name: str, level: str | None) -> None:
    assert _levels(title, name).get("han_word") == level


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("耐克鞋", "nothing"),
        ("正品韩国耐克鞋", "opening words"),
        ("【2026】新款耐克鞋", "opening words"),
        ("Nike/耐克鞋", "a slash"),
        ("Nike耐克鞋", "Latin letters"),
        ("男鞋 耐克鞋", "a sign"),
        ("男鞋耐克鞋", "words"),
        ("574耐克鞋", "words"),
    ],
)
def test_what_stands_before(title: str, level: str) -> None:
    assert _levels(title, "耐克")["han_before"] == level


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("鞋耐克", "nothing"),
        ("耐克旗舰店", "an official shop"),
        ("耐克AJ1", "Latin letters"),
        ("耐克 鞋", "a sign"),
        ("耐克鞋", None),
    ],
)
def test_what_stands_after(title: str, level: str | None) -> None:
    assert _levels(title, "耐克").get("han_after") == level


def test_another_name_before_it() -> None:
    title = "索尼 耐克鞋"
    match = _match(title, "耐克")
    assert find_han_levels(_candidate(title, "索尼"), match)["han_rivals"] == "after another name"
    assert "han_rivals" not in find_han_levels(_candidate(title), match)
    assert "han_rivals" not in find_han_levels(_candidate(title, "耐克鞋"), match)


@pytest.mark.parametrize(
    ("title", "text", "name", "level"),
    [
        ("康帅傅方便面", "康帅傅", "康师傅", "no usual word"),
        ("优品巨推荐", "优品巨", "悠品居", "no usual word"),
        ("青春痘贴", "青春痘", "青春斗", "a usual word"),
        ("得知物流公司", "得知物流", "徳知物流", "a usual word, in a long name"),
        ("活力橙子汽水", "活力橙", "活力城", "across words"),
    ],
)
def test_what_is_nearly_a_name(title: str, text: str, name: str, level: str) -> None:
    assert _levels(title, name, text) == {"han_near": level}


def test_names_of_two_characters_by_sound_or_look_alone_are_never_flagged() -> None:
    best = max(
        sum(max(HAN_STANDING[feature.__name__].values()) for feature in NEAR_FEATURES[:1]), 0
    )
    for level in ("homophone, two", "look-alike characters, two", "a character differs, two"):
        assert PRIOR + NAME[level] + best < 0


@pytest.mark.parametrize("title", ["正品耐克跑步鞋", "Nike/耐克 鞋"])
def test_findings_explain_themselves(title: str) -> None:
    match = _match(title, "耐克")
    level = find_level("title", title, match)
    assert level is not None
    assert level.label == "exact"
    findings = list(tell_standing(match, find_levels(_candidate(title), match)))
    assert {finding.feature for finding in findings} >= {"han_cut", "han_before", "han_place"}
    assert all(finding.detail and finding.detail.endswith(".") for finding in findings)


def test_every_level_has_bits_and_a_sentence() -> None:
    features = {feature.__name__ for feature in (*FEATURES, *NEAR_FEATURES)}
    assert HAN_STANDING.keys() == HAN_SENTENCES.keys() == features
    for feature, levels in HAN_STANDING.items():
        assert levels.keys() == HAN_SENTENCES[feature].keys()
    assert all(feature.__doc__ for feature in (*FEATURES, *NEAR_FEATURES))


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("耐克", True),
        ("N克", True),
        ("𠮷野家", True),
        ("\U00030000", True),
        ("七〇", True),
        ("Nike", False),
        ("ナイキ", False),
        ("雪の花", False),
        ("กระเป๋า", False),
        ("", False),
    ],
)
def test_what_is_a_han_name(form: str, answer: bool) -> None:
    assert is_han(form) is answer


@pytest.mark.parametrize(
    ("title", "name", "text"),
    [
        ("𠮷𠮷野家牛肉饭", "𠮷野家", None),
        ("\U00030000耐克\U00030000", "耐克", None),
        ("耐ke鞋", "耐克", "耐ke"),
        ("N克鞋", "耐克", "N克"),
        ("耐\u200b克鞋", "耐克", "耐\u200b克"),
        ("﷽耐克", "耐克", None),
        ("鞋" * 5_000 + "耐克", "耐克", None),
        ("耐克", "耐克", None),
        ("耐 克", "耐克", "耐 克"),
        ("İ耐克", "耐克", None),
    ],
)
def test_hostile_titles(title: str, name: str, text: str | None) -> None:
    levels = _levels(title, name, text)
    assert all(level in HAN_STANDING[feature] for feature, level in levels.items())


def test_names_of_other_scripts_are_left_alone() -> None:
    title = "ナイキ 靴 Nike"
    assert _levels(title, "ナイキ") == {}
    latin = _match(title, "Nike", unspaced=False)
    assert find_han_levels(_candidate(title), latin) == {}
    assert not stands_exactly(latin)
