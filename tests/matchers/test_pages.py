"""Pages that are no listings against works: names, files, and the words beside them."""

from __future__ import annotations

import pytest

from crawler.model import FileKind, FileLink, Hit, Licensee, Listing, Right, hit_id
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.weights import PAGE
from matchers.wording import PAGE_SENTENCES

SALT = Right(
    id="W-1",
    kind="work",
    name="The Salt Lanterns",
    variants=("盐灯记",),
    licensees=(Licensee(site="library.example"),),
)
BLACK = Right(id="W-2", kind="work", name="Black")
TIDE = Right(id="W-3", kind="work", name="潮声")
MARK = Right(id="TM-1", kind="trademark", name="Aurelio")
DESIGN = Right(id="D-1", kind="design", name="Nordwind")
MATCHER = Matcher((SALT, BLACK, TIDE, MARK, DESIGN), settings=MatchSettings(cutoff=0.0))


def file(
    name: str | None = None, text: str | None = None, kind: FileKind = "book", url: str = "u"
) -> FileLink:
    return FileLink(url=f"https://f.example/{url}", kind=kind, name=name, text=text)


def hits(title: str, *files: FileLink, site: str = "site.example") -> dict[str, Hit]:
    url = f"https://{site}/1"
    page = Listing(url=url, site=site, title=title, target="page", files=files)
    return {hit.right: hit for hit in MATCHER.match([Subject(page, {})])}


def flagged(title: str, *files: FileLink) -> set[str]:
    return {right for right, hit in hits(title, *files).items() if hit.flagged}


def features(hit: Hit) -> list[str]:
    return [finding.feature for finding in hit.findings]


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Downloads", [file("The.Salt.Lanterns.epub")]),
        ("Downloads", [file(text="盐灯记 全本 txt下载")]),
        ("Films", [file("the_salt_lanterns_2024_1080p_x264.mkv", kind="video")]),
        ("《盐灯记》txt下载", [file(text="点击下载", kind="share")]),
        ("The Salt Lanterns full movie watch online", [file(kind="video", name="stream.m3u8")]),
        ("资源", [file(text="《盐灯记》高清 百度网盘", kind="share")]),
        ("Watch The Salt Lanterns online free HD", [file("index.m3u8", kind="video")]),
        ("《盐灯记》第01集在线播放", [file("index.m3u8", kind="video")]),
        ("x", [file("J. Holm - The Salt Lanterns (2024, Harbour) - libgen.li.epub")]),
        ("x", [file("CHLR-盐灯记.EP01.HD1080P.mp4", kind="video")]),
        ("x", [file("盐灯记.txt", kind="document")]),
    ],
)
def test_copies_that_are_handed_on_are_flagged(title: str, files: list[FileLink]) -> None:
    assert flagged(title, *files) == {"W-1"}


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("The Salt Lanterns", []),
        ("The Salt Lanterns: a review", [file("kit.pdf", kind="document")]),
        ("The Salt Lanterns - review", [file("talk.mp3", kind="audio")]),
        ("书评：盐灯记", [file(text="下载音频", kind="audio")]),
        ("Publisher", [file("the-salt-lanterns-sample-chapter.epub")]),
        ("Publisher", [file("trailer.mp4", "Trailer: The Salt Lanterns", "video")]),
        ("出版社", [file(text="盐灯记 试读", kind="document")]),
        ("The Salt Lanterns", [file("app.apk", kind="program")]),
        ("Black sesame soup", [file("recipe.zip", kind="archive")]),
        ("Soup", [file("black sesame soup for two.zip", kind="archive")]),
        ("Aurelio", [file("aurelio.zip", kind="archive")]),
        ("Nordwind", [file("nordwind.zip", kind="archive")]),
        ("Encyclopaedia: The Salt Lanterns", [file(text="Download as PDF", kind="download")]),
        ("盐灯记 - 百科", [file(text="下载", kind="download")]),
        ("The Salt Lanterns (novel)", [file("marc.zip", "MARC record", "archive")]),
        ("Press", [file("the-salt-lanterns.zip", kind="archive")]),
        ("盐灯记 定档预告", [file("盐灯记.mp4", kind="video")]),
        ("Now showing", [file("the-salt-lanterns-tlr.mp4", kind="video")]),
        ("论《盐灯记》的叙事", [file("论《盐灯记》的叙事.pdf", kind="document")]),
        ("《盐灯记》盗版网盘资源泛滥，出版社起诉", [file("news.mp4", kind="video")]),
        ("《盐灯记》高清剧照曝光", [file("stills.zip", kind="archive")]),
        ("《盐灯记》全集收视率创新高", [file("clip.mp4", kind="video")]),
        ("《盐灯记》完整版即将上映 购票", [file("a.mp4", kind="video")]),
        ("The Salt Lanterns", [file("the-salt-lanterns-1.2.tar.gz", kind="archive")]),
        ("The Salt Lanterns unofficial patch torrent", [file("patch.torrent", kind="torrent")]),
    ],
)
def test_talk_of_works_and_parts_of_them_is_not(title: str, files: list[FileLink]) -> None:
    assert flagged(title, *files) == set()


@pytest.mark.parametrize(
    "word",
    [
        *("map", "menu", "logo", "hotel", "invoice", "thesis", "museum", "essay", "questions"),
        *("研究", "海报", "论文", "习题", "餐厅", "作文", "朗诵", "钢琴谱", "知识点", "剧本杀"),
    ],
)
@pytest.mark.parametrize(("ending", "kind"), [("pdf", "document"), ("zip", "archive")])
def test_other_things_called_by_a_title_are_not(word: str, ending: str, kind: FileKind) -> None:
    title = "盐灯记" if word > "z" else "the-salt-lanterns-"
    assert flagged("Files of the week", file(f"{title}{word}.{ending}", kind=kind)) == set()


def test_a_hit_of_a_page_says_so_and_explains_itself() -> None:
    hit = hits("The Salt Lanterns - free download", file("The.Salt.Lanterns.epub"))["W-1"]
    assert (hit.target, hit.id) == ("page", hit_id("page", "https://site.example/1", "W-1"))
    named, title, words = hit.findings
    assert (title.field, title.span, title.text) == ("title", (0, 17), "The Salt Lanterns")
    assert (named.feature, named.file, named.span) == (
        "file_named", "https://f.example/u", (0, 17),
    )  # fmt: skip
    assert named.text == "The.Salt.Lanterns"
    assert (words.feature, words.text) == ("title_handed_on", "free download")


def test_a_title_alone_is_below_the_cutoff_of_a_workspace() -> None:
    assert hits("The Salt Lanterns")["W-1"].score < MatchSettings().cutoff


def test_ordinary_words_need_more_than_their_name() -> None:
    assert not hits("Files", file("black.zip", kind="archive"))["W-2"].flagged
    assert hits("Files", file("Black 1080p.mkv", kind="video"))["W-2"].flagged
    assert "file_named" in features(hits("资源", file(text="《潮声》"))["W-3"])
    assert hits("x", file("潮声.epub"))["W-3"].flagged
    assert "file_named_perhaps" in features(
        hits("资源", file(text="听潮声看海景的民宿推荐"))["W-3"]
    )


def test_a_licensed_site_is_no_hit() -> None:
    hit = hits("The Salt Lanterns", file("The Salt Lanterns.epub"), site="library.example")["W-1"]
    assert "licensed_seller" in features(hit)
    assert hit.score < 0.01


def test_every_sentence_has_its_weight_and_both_languages() -> None:
    assert PAGE.keys() == PAGE_SENTENCES["en"].keys() == PAGE_SENTENCES["zh"].keys()


def test_half_a_disguise_is_seen_in_file_names() -> None:
    cyrillic = "Тhе Sаlt Lаntеrns.epub"
    [named] = [f for f in hits("x", file(cyrillic))["W-1"].findings if f.feature == "file_named"]
    assert "homoglyph" in named.edits
