"""``markhound tip``: what is taken in, what is refused with its line, and what is told back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crawler.campaign import Campaign
from crawler.model import Outcome, TargetState
from crawler.store.database import now, writing
from crawler.store.sweeps import record_outcomes, record_sweep
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import Finished, invoke
from tests.servers.judged import add_account
from tests.servers.mail import MailServer, use

URL = "https://shop.example/p/1"
RLO = "\u202e"


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def tip(opened: Workspace, *words: str | Path, expect: int = 0, token: str = "") -> Finished:
    env = {"MARKHOUND_TOKEN": token}
    return invoke("tip", *words, workspace=opened.folder, expect=expect, env=env)


def add(opened: Workspace, url: str = URL, *more: str) -> str:
    return tip(opened, "add", url, *more).out.strip()


def look(opened: Workspace, state: TargetState, url: str = URL) -> None:
    """Record a sweep that asked for the address just now."""
    with opened.store() as db:
        sweep = f"w-{len(list(db.query('SELECT id FROM sweeps')))}"
        record_sweep(db, sweep, Campaign(name="n", seeds=("https://shop.example/",)), now())
        with writing(db):
            record_outcomes(db, sweep, [Outcome(url=url, site="shop.example", state=state)])


def test_a_tip_is_shown_with_all_that_was_told(opened: Workspace) -> None:
    one = add(
        opened, f"{URL}?utm_source=x", "--kind", "商标", "--words", f"假货{RLO}", "--by", "李"
    )
    again = tip(opened, "add", URL, "--contact", "a@b.example", "--json").json
    assert (again["duplicate_of"], again["state"], again["kind"]) == (one, "waiting", "other")
    shown = tip(opened, "show", one)
    assert f"address: {URL}\n" in shown.out
    assert "words: 假货<202E>" in shown.out
    assert again["id"] in shown.out
    whole = tip(opened, "show", again["id"], "--json").json
    assert (whole["contact"], whole["given"], whole["events"]) == ("a@b.example", URL, [])
    counts = tip(opened, "list", "--count", "--json").lines
    assert [(c["kind"], c["total"], c["duplicates"]) for c in counts] == [
        ("other", 1, 1),
        ("trademark", 1, 0),
    ]
    listed = tip(opened, "list", "--kind", "trademark", "--state", "waiting", "--json").lines
    assert [line["id"] for line in listed] == [one]
    assert tip(opened, "list", "--state", "answered", "--json").lines == []
    assert "waiting (duplicate)" in tip(opened, "list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("javascript:alert(1)",), "expected the address of a web page"),
        (("http://10.0.0.1/",), "it lies in a private network"),
        ((URL, "--kind", "brand"), "kind: expected one of trademark"),
        ((URL, "--right", "TM-9"), "no right has the id 'TM-9'"),
        ((URL, "--words", "x" * 5000), "expected at most 4,000 characters, got 5,000"),
        ((URL, "--contact", "a\nBcc: b"), "contact: expected one line of plain text"),
    ],
)
def test_what_is_no_tip_is_refused_and_leaves_nothing(
    opened: Workspace, words: tuple[str, ...], said: str
) -> None:
    assert said in tip(opened, "add", *words, expect=2).err
    assert tip(opened, "list", "--json").lines == []


def table(folder: Path, *rows: tuple[str, ...]) -> Path:
    file = folder / "tips.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target).writerows(rows)
    return file


def test_a_list_is_taken_in_with_what_cannot_be_looked_at(
    opened: Workspace, tmp_path: Path
) -> None:
    rows = (("url", "kind", "contact"), (URL, "trademark", "a@b.example"), ("", "", ""))
    more = ((URL, "copyright", ""), ("微信 abc", "", ""), ("http://127.0.0.1/", "", ""))
    done = tip(opened, "import", table(tmp_path, *rows, *more), "--json")
    assert [line["line"] for line in done.lines] == [2, 4, 5, 6]
    assert [line["refused"] for line in done.lines] == [None, None, "no_address", "private_address"]
    assert "tips.csv:5: refused: expected the address of a web page" in done.err
    assert "4 tips taken in: 1 repeat others, 2 are refused" in done.err
    assert len(tip(opened, "list", "--state", "refused", "--json").lines) == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("url", "price"), (URL, "3")], "tips.csv:1: error: no column is called 'price'"),
        ([("kind",), ("trademark",)], "expected the column url at the least"),
        ([("url", "url"), (URL, URL)], "the column url stands there twice"),
        ([("url",)], "it holds no tip"),
        ([], "expected the column url at the least"),
        ([("url", "kind"), (URL, ""), (URL, "brand")], "tips.csv:3: error: kind: expected one of"),
        ([("url", "kind"), ("", "patent")], "tips.csv:2: error: url: expected an address"),
        ([("url",), (URL, "more")], "tips.csv:2: error: expected 1 cells, got 2"),
        ([("url", "right"), (URL, "TM-9")], "tips.csv:2: error: right: no right has the id"),
    ],
)
def test_a_list_that_is_wrong_is_refused_whole(
    opened: Workspace, tmp_path: Path, rows: list[tuple[str, ...]], said: str
) -> None:
    assert said in tip(opened, "import", table(tmp_path, *rows), expect=2).err
    assert tip(opened, "list", "--json").lines == []


def test_a_file_that_is_no_table_is_refused(opened: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    for content, said in (
        (b"url\n\xff\xfe\x00", "expected a table in UTF-8 or GB 18030"),
        (b'url\n"https://shop.example', "not a table as CSV has it"),
        (b"url\n" + b"x" * 200_000, "not a table as CSV has it"),
    ):
        file.write_bytes(content)
        assert said in tip(opened, "import", file, expect=2).err


def test_an_outcome_is_told_once_by_mail_when_a_person_says_so(
    opened: Workspace, tmp_path: Path
) -> None:
    one = add(opened, URL, "--contact", "赵敏@例子.example", "--words", "secret words")
    with MailServer(tmp_path) as server:
        use(opened.folder, server)
        waiting = tip(opened, "answer", one, expect=2)
        assert "there is nothing to tell yet" in waiting.err
        look(opened, TargetState.BLOCKED)
        assert tip(opened, "answer", one, "--by", "李", "--json").json["result"] == "sent"
        assert "that was told on" in tip(opened, "answer", one, expect=2).err
        look(opened, TargetState.SEEN)  # it has come further
        tip(opened, "answer", one)
        [first, second] = [taken.parsed.get_content() for taken in server.taken]
        recipient = server.taken[0].recipients
    assert recipient == ["赵敏@xn--fsqu00a.example"]
    assert "未能打开" not in first
    assert "这并不表示该处没有侵权内容" in first
    assert "That does not mean that there is nothing there" in first
    assert "found nothing that matches" in second
    assert not any(word in first + second for word in (URL, "secret", "shop.example"))
    shown = tip(opened, "show", one, "--json").json
    assert [event["event"] for event in shown["events"]] == ["answering", "answered"] * 2
    with opened.store() as db:
        told = db.execute("SELECT group_concat(record) FROM ledger").fetchone()[0]
    assert "赵敏" not in told


def test_a_mail_that_was_not_taken_or_is_not_known_to_be(opened: Workspace, tmp_path: Path) -> None:
    one = add(opened, URL, "--contact", "a@b.example")
    look(opened, TargetState.SEEN)
    with MailServer(tmp_path) as server:
        use(opened.folder, server)
        server.handler.to_recipient = lambda address: f"550 no {address} here"
        refused = tip(opened, "answer", one, expect=1)
        assert "failed: 550 no <contact> here" in refused.err
        server.handler.to_recipient = lambda _: "250 OK"
        server.handler.hang_up = True
        assert "uncertain" in tip(opened, "answer", one, expect=1).err
        server.handler.hang_up = False
        assert "look into the relay's log" in tip(opened, "answer", one, expect=2).err
        tip(opened, "answer", one, "--again")
    events = [event["event"] for event in tip(opened, "show", one, "--json").json["events"]]
    assert events[1::2] == ["unanswered", "uncertain", "answered"]


def test_who_cannot_be_written_to_is_told_in_another_way(opened: Workspace) -> None:
    one = add(opened, URL, "--contact", "010-5555 0100")
    none = add(opened, "https://shop.example/p/2")
    look(opened, TargetState.GONE)
    assert "no relay to send by" in tip(opened, "answer", one, expect=2).err
    tip(opened, "answer", one, "--told-by", "telephone")
    [listed] = tip(opened, "list", "--state", "answered", "--json").lines
    assert (listed["id"], listed["state"]) == (one, "gone")
    assert "nothing to tell yet" in tip(opened, "answer", none, "--told-by", "x", expect=2).err
    tip(opened, "erase", one, "--reason", "asked")
    assert tip(opened, "show", one, "--json").json["contact"] == ""
    tip(opened, "refuse", none, "--reason", "spam")
    assert "refused already" in tip(opened, "refuse", none, "--reason", "spam", expect=2).err
    assert "no tip has the id 'tip-x'" in tip(opened, "show", "tip-x", expect=2).err


def test_where_there_are_accounts_one_proves_to_be_one(opened: Workspace) -> None:
    with opened.store() as db:
        token = add_account(db, "Ann", "analyst")[1]["MARKHOUND_TOKEN"]
        reader = add_account(db, "Ada", "auditor")[1]["MARKHOUND_TOKEN"]
    tip(opened, "add", URL, "--by", "Ann", expect=2)
    tip(opened, "add", URL, expect=2, token=reader)
    one = tip(opened, "add", URL, token=token).out.strip()
    assert tip(opened, "show", one, "--json").json["by"] == "Ann"
