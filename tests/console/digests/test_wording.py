"""Digests in both languages, as golden texts; what others wrote in them can do nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.digests.wording import MOST, Wording, path_of
from console.web.words import load_words
from crawler.config import ConsoleConfig
from crawler.store.digests import DigestItem
from crawler.workspace import Workspace, make_workspace
from matchers.wording import Language
from pipelines.digests.audiences import Audience
from pipelines.digests.gathering import KINDS
from pipelines.takedown.deadlines import RULES

GOLDEN = Path(__file__).parents[1] / "golden"
MOMENT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
DUE = "2026-11-22T01:00:00.000000Z"


def item(words: str, kind: str, /, **facts: str | float) -> DigestItem:
    return DigestItem(kind=kind, key="g-1", state="", words=words, facts=facts)


Facts = dict[str, str | float]
SWEEP: Facts = {
    "campaign": "展会 fair",
    "due": DUE,
    "last": "2026-11-20T02:00:00.000000Z",
    "why": "无电",
}
SITE: Facts = {"site": "shop.example", "campaign": "展会 fair", "sweep": "sw-1", "why": "captcha"}
CLOCK: Facts = {
    "notice": "N-2026-000001", "due": "2026-11-24", "rule": "DMCA_COUNTER", "basis": "17 USC",
    "action": "file an action", "binding": 1,
}  # fmt: skip
FLOOD: Facts = {
    "right": "Aurelio",
    "right_id": "TM-1",
    "count": 300,
    "sellers": 80,
    "feature": "picture",
}
OFFER: Facts = {
    "seller": "优品 Best Bags", "site": "shop.example", "right": "Aurelio", "right_id": "TM-1",
    "count": 3, "reach": 5, "risk": 1.6, "repeat": 0, "hit": "h-1",
}  # fmt: skip
EVERY: tuple[DigestItem, ...] = (
    *(item(f"sweep_{how}", "sweep", **SWEEP) for how in ("overdue", "never", "missed")),
    *(item(f"sweep_{how}", "sweep", **SWEEP) for how in ("interrupted", "failed", "unfinished")),
    item("campaign_broken", "sweep", file="campaigns/a.toml", why="seeds: got none"),
    item("channel_failed", "channel", channel="群", why="HTTP 404"),
    item("channel_uncertain", "channel", channel="desk", digest="dg-1", count=3),
    *(item(f"deadline_{stage}", "deadline", **CLOCK) for stage in ("past", "last", "near")),
    item("deadline_due", "deadline", **{**CLOCK, "rule": "HOUSE_ANSWER", "binding": 0}),
    *(item(f"site_{how}", "site", **SITE) for how in ("blocked", "failed", "silent", "unreached")),
    item("site_drop", "site", **{**SITE, "why": "5 listings, usually 20"}),
    item("reference", "reference", **FLOOD, thing="logos/a.png", share="97%"),
    item("reference_unknown", "reference", **FLOOD, thing="", share="0%"),
    item("back_again", "back", url="https://shop.example/p/1", notice="N-2026-000001"),
    item(
        "back_elsewhere", "back", url="https://b.example/2", old="https://a.example/1", case="c-1"
    ),
    item(
        "rise",
        "rise",
        right="Aurelio",
        right_id="TM-1",
        count=15,
        mean=1.2,
        sweeps=14,
        campaign="展会 fair",
        sweep="sw-1",
    ),
    item("seller", "seller", **OFFER),
    item("hits", "hits", **{**OFFER, "repeat": 2}),
    *(
        item(f"erased_{rule}", "erased", count=12, mib="3.4", days=365, by="李伟 Li Wei")
        for rule in ("captures", "pictures")
    ),
)
"""One of everything that can be told."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("words") / "w")
    console = ConsoleConfig(address="https://review.firm.example/", time_zone="Asia/Shanghai")
    config = replace(workspace.config, console=console)
    return Workspace(folder=workspace.folder, config=config)


def to(language: Language, scope: frozenset[str] | None = None) -> Audience:
    return Audience(
        name="desk", kind="mail", address="a@b.example", language=language, risk=0.5, scope=scope
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_are_those_that_were_read_before(language: Language, office: Workspace) -> None:
    letter = Wording(office).compose(to(language), EVERY, MOMENT)
    for ending, made in (("txt", f"{letter.subject}\n\n{letter.text}"), ("html", letter.html)):
        path = GOLDEN / f"digest.{language}.{ending}"
        assert path.read_text(encoding="utf-8") == made
    for line in letter.text.splitlines():
        if line.startswith("- "):
            assert line[2:] in unescaped(letter.html)


def unescaped(html: str) -> str:
    return re.sub("&#39;", "'", html).replace("&#34;", '"')


def test_every_sentence_that_there_is_has_its_example() -> None:
    kinds = {item.kind for item in EVERY}
    assert kinds == set(KINDS)
    said = {item.words for item in EVERY}
    prefixes = (
        "sweep_",
        "channel_",
        "deadline_",
        "site_",
        "reference",
        "back_",
        "campaign_",
        "erased_",
    )
    keys = {key.removeprefix("digest.") for key in load_words() if key.startswith("digest.")}
    assert {key for key in keys if key.startswith(prefixes)} == said - {"rise", "seller", "hits"}
    assert {f"notices.action_{rule.id}" for rule in RULES} <= load_words().keys()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_others_wrote_stays_text(language: Language, office: Workspace) -> None:
    evil = "<script>x</script>\u202e{count}\r\nBcc: a@b.example"
    one = item("seller", "seller", **{**OFFER, "seller": evil})
    letter = Wording(office).compose(to(language), [one], MOMENT)
    assert "<script" not in letter.html
    assert "\u202e" not in letter.html + letter.text
    assert "\r" not in letter.text
    assert not any(line.startswith("Bcc:") for line in letter.text.splitlines())
    assert "src=" not in letter.html  # nothing is fetched when it is read
    assert "{count}" in letter.text


def test_many_things_are_counted(office: Workspace) -> None:
    many = [item("seller", "seller", **OFFER) for n in range(MOST + 5)]
    letter = Wording(office).compose(to("en", frozenset({"fair", "夜巡"})), many, MOMENT)
    assert letter.text.count("\n- ") == MOST
    assert "and 5 more" in letter.text
    assert "Of fair, 夜巡, until 2026-11-23 06:30 Asia/Shanghai" in letter.text
    assert len(letter.items) == MOST + 5
    assert letter.subject == "Markhound: new sellers 25"


def test_a_name_that_is_a_novel_is_cut_and_an_address_is_not(office: Workspace) -> None:
    wording = Wording(office)
    long = wording.line(item("seller", "seller", **{**OFFER, "seller": "店" * 30_000}), "zh").text
    assert f"{'店' * 500}…" in long
    assert len(long) < 700
    url = f"https://shop.example/{'x' * 2_000}"
    assert url in wording.line(item("back_again", "back", url=url, notice="N-1"), "en").text


def test_without_an_address_nothing_is_linked(office: Workspace) -> None:
    config = replace(office.config, console=ConsoleConfig())
    letter = Wording(Workspace(folder=office.folder, config=config)).compose(
        to("en"), EVERY, MOMENT
    )
    assert "href" not in letter.html
    assert [path_of(one) for one in (EVERY[0], EVERY[7])] == ["/sweeps", ""]
