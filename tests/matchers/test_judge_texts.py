"""Passages of protected texts, as the judge weighs them."""

from __future__ import annotations

from crawler.model import Hit, Licensee, Listing, Right
from matchers.judge import Matcher, MatchSettings, Subject

STORY = (
    "When the tide went out that morning the whole harbour smelled of tar and oranges, and the"
    " keeper of the weights, who had not spoken to his brother in eleven years, walked down the"
    " stone steps with a lantern that nobody had asked him to carry. He counted the barges twice."
    " Somewhere behind the salt houses a dog was teaching itself to be quiet."
)
ZH = (
    "退潮的那个早晨，整个港口都是焦油和橘子的味道，十一年没有同弟弟说过话的司秤人提着一盏没有人要他提的灯，"
    "沿着石阶慢慢走下去，把驳船数了两遍。盐仓后面不知什么地方，有一只狗正在教自己安静下来。"
)
WORK = Right(id="W-1", kind="work", texts=(STORY, ZH), licensees=(Licensee(site="press.example"),))
MARK = Right(id="TM-1", kind="trademark", name="Aurelio", texts=(STORY,))
MATCHER = Matcher((MARK, WORK), settings=MatchSettings(cutoff=0.0))


def hits(text: str, *, page: bool = True, site: str = "site.example") -> list[Hit]:
    url = f"https://{site}/1"
    if page:
        subject = Listing(url=url, site=site, title="A page", target="page", text=text)
    else:
        subject = Listing(url=url, site=site, title="A lamp", description=text)
    return MATCHER.match([Subject(subject, {})])


def test_a_copied_text_is_flagged_on_pages_and_in_descriptions() -> None:
    for text in (STORY, ZH):
        [on_page] = hits(f"Welcome.\n{text}\nThe end.")
        assert (on_page.right, on_page.target, on_page.flagged) == ("W-1", "page", True)
        [offered] = hits(f"Nice lamp. {text}", page=False)
        assert (offered.right, offered.target, offered.flagged) == ("W-1", "listing", True)
        assert [f.field for f in offered.findings] == ["description"]


def test_the_passage_is_told_where_it_stands() -> None:
    before = "Welcome to my page.\n"
    [hit] = hits(before + STORY)
    [passage] = hit.findings
    assert passage.span is not None
    start, end = passage.span
    assert (start, (before + STORY)[start:end]) == (len(before), STORY.rstrip("."))
    assert (passage.text or "").startswith("When the tide")
    assert (passage.form or "").startswith("When the tide")


def test_a_quotation_is_not_flagged() -> None:
    words = STORY.split()
    quoted = " ".join(words[5:24])
    assert not any(hit.flagged for hit in hits(f"He writes: “{quoted}”. I liked that."))
    assert not any(hit.flagged for hit in hits(f"他写道：“{ZH[6:36]}”，写得真好。"))


def test_only_works_have_texts() -> None:
    assert {hit.right for hit in hits(STORY)} == {"W-1"}
    page = Listing(url="https://a.example/", title="x", target="page", text=STORY)
    assert Matcher((MARK,)).match([Subject(page, {})]) == []


def test_a_licensed_site_is_no_hit() -> None:
    [hit] = hits(STORY, site="press.example")
    assert hit.score < 0.001


def test_a_page_without_text_has_no_hit() -> None:
    assert hits("") == []
