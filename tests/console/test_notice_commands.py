"""The commands of sending and answers, as people type them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import cli
from tests.servers.mail import MailServer, use
from tests.servers.notices import approved_notices, proving

BY = ("--by", "mei")
WHY = ("--reason", "以下理由")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, server: MailServer) -> Path:
    folder = tmp_path / "w"
    assert CliRunner().invoke(cli, ["-w", str(folder), "init"]).exit_code == 0
    use(folder, server)
    return folder


def notice(office: Path, *arguments: str | Path, expect: int = 0) -> str:
    words = ["-w", str(office), "notice", *map(str, arguments)]
    done = CliRunner().invoke(cli, words, env=proving(office, "mei"))
    assert done.exit_code == expect, done.output
    return done.output


def test_from_the_queue_to_a_decision(office: Path, server: MailServer, tmp_path: Path) -> None:
    first, second = approved_notices(office, 2)
    assert "is queued for desk@shop.example" in notice(office, "send", first, second, *BY)
    assert server.taken == []
    assert "due" in notice(office, "outbox")
    notice(office, "cancel", second, *BY, *WHY)
    assert "is cancelled, and only what is queued" in notice(
        office, "cancel", second, *BY, *WHY, expect=2
    )
    server.handler.hang_up = True
    assert "uncertain" in notice(office, "send", second, *BY, "--now", expect=1)
    [kept] = [json.loads(line) for line in notice(office, "outbox", "--json").splitlines()
              if json.loads(line)["status"] == "uncertain"]  # fmt: skip
    assert kept["notice"] == second
    notice(office, "resolve", second, "--as", "sent", *BY, *WHY)
    message = notice(office, "outbox", second)
    assert message.encode().replace(b"\r\n", b"\n") in [
        taken.content.replace(b"\r\n", b"\n") for taken in server.taken
    ]
    reply_to = server.taken[-1].parsed["Reply-To"]
    mail = tmp_path / "a.eml"
    mail.write_text(f"From: desk@shop.example\nTo: {reply_to}\nSubject: 回复\n\n商品已下架\n")
    assert "perhaps removed" in notice(office, "receive", "--eml", mail)
    assert "1 known already" in notice(office, "receive", "--eml", mail)
    [answer] = [json.loads(line) for line in notice(office, "answers", "--json").splitlines()]
    notice(office, "reply", second, "--as", "removed", *BY, *WHY, "--answer", answer["id"][:8])
    assert notice(office, "answers") == "No answer waits.\n"
    assert "removed" in notice(office, "answers", second, "--all")
    assert "Nothing is queued" not in notice(office, "deliver")  # the first one waits


def test_a_telephone_call_and_a_mail_from_a_file(office: Path, tmp_path: Path) -> None:
    [one] = approved_notices(office)
    notice(office, "send", one, *BY, "--now")
    notice(office, "reply", one, "--as", "acknowledged", *BY, *WHY, "--ticket", "TB-1234")
    mail = tmp_path / "a.eml"
    mail.write_text("From: a@shop.example\nSubject: counter notice TB-1234\n\nx\n")
    for _ in range(2):  # it was received before, the second time
        notice(
            office, "reply", one, "--as", "countered", *BY, *WHY, "--file", mail,
            "--received-at", "2026-11-20",
        )  # fmt: skip
    notice(office, "reply", one, "--as", "removed", *BY, *WHY, "--received-at", "soon", expect=2)
    notice(
        office, "reply", one, "--as", "removed", *BY, *WHY, "--received-at", "2999-01-01", expect=2
    )
    other = tmp_path / "b.eml"
    other.write_text("Subject: buy now\n\nx\n")
    notice(office, "receive", "--eml", other)
    [spam] = [json.loads(line) for line in notice(office, "answers", "--json").splitlines()]
    notice(office, "dismiss", spam["id"][:8], *BY, *WHY)
    assert notice(office, "answers") == "No answer waits.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("send", "N-2026-000009", *BY), "no notice has the id"),
        (("send", "N-2026-000001", "--by", "wei"), "is a token of mei, not of wei"),
        (("send", "N-2026-000001", "--by", "eva"), "no account is called 'eva'"),
        (("cancel", "N-2026-000001", *BY, "--reason", ""), "--reason is empty"),
        (("resolve", "N-2026-000001", "--as", "sent", *BY, *WHY), "only what is uncertain"),
        (("handed-over", "N-2026-000001", *BY, "--ticket", "T"), "only what is queued"),
        (("outbox", "N-2026-000001"), "was never queued"),
        (("receive",), "expected --maildir, --mbox or --eml"),
        (("reply", "N-2026-000001", "--as", "removed", *BY, *WHY), "was never sent"),
        (("dismiss", "ffff", *BY, *WHY), "no answer starts with 'ffff'"),
        (("dismiss", "", *BY, *WHY), "no answer starts with"),
    ],
)
def test_what_cannot_be_done_is_said(office: Path, arguments: tuple[str, ...], said: str) -> None:
    approved_notices(office)
    assert said in notice(office, *arguments, expect=2)
