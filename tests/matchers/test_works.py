from __future__ import annotations

import pytest

from matchers.works import goods_of_works
from tests.matchers.candidates import make_candidate

LANTERN = {"kind": "work", "name": "The Paper Lantern", "variants": ("纸灯笼",)}


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("The Paper Lantern poster A3", "poster"),
        ("The Paper Lantern complete series DVD", "complete series"),
        ("纸灯笼 手办 摆件", "手办"),
        ("The Paper Lantern festival", None),
    ],
)
def test_goods_of_works(title: str, word: str | None) -> None:
    finding = goods_of_works(make_candidate(title, right=LANTERN))
    assert (finding and finding.text) == word


def test_the_title_itself_is_no_goods() -> None:
    right = {"kind": "work", "name": "Poster Boy"}
    assert goods_of_works(make_candidate("Poster Boy", right=right)) is None
    assert goods_of_works(make_candidate("Aurelio poster")) is None
