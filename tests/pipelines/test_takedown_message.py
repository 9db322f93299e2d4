from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import InputError
from crawler.takedown import Notice
from pipelines.takedown.attachments import Attachment
from pipelines.takedown.mail_ids import MailKey, load_mail_key
from pipelines.takedown.message import Letterhead, compose, parts_of
from tests.servers.notices import MAIL

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PDF = Attachment(name="通知.pdf", media_type="application/pdf", data=b"%PDF\r\n\x00\xff")
HEAD = Letterhead(
    name="Harbour & Pine 律师事务所",
    address="notices@harbour.example",
    bounces="bounce@harbour.example",
    key=MailKey(b"k" * 32),
)


def a_notice(**changes: Any) -> Notice:
    notice = Notice(
        id="N-2026-000123", case="c-1", kind="dsa", language="en", hits=(), recipient=MAIL,
        subject="Notice", text="Please remove.\n.dot\n请删除。\n", drafted_by="wei", drafted_at=AT,
    )  # fmt: skip
    return replace(notice, **changes)


@pytest.mark.parametrize(
    "text", ["Short.\n", "请删除。\n" * 500, "x" * 5000 + "\n", ".\n..\nFrom me\n"]
)
def test_the_same_notice_gives_the_same_bytes_and_its_text_back(text: str) -> None:
    notice = a_notice(text=text)
    first, again = (
        compose(notice, HEAD, "desk@shop.example", attachments=[PDF], at=AT) for _ in range(2)
    )
    assert first == again
    assert dict(parts_of(first)) == {"notice.txt": text.encode(), PDF.name: PDF.data}
    assert max(map(len, first.split(b"\r\n"))) < 998
    assert b"\n" not in first.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: all@evil.example", "\nX: y", "\x00\x0b", "\u2028Bcc: x@y.example"]
)
def test_no_name_or_subject_adds_a_header(evil: str) -> None:
    recipient = replace(MAIL, name=f"Desk{evil}")
    notice = a_notice(subject=f"Notice{evil}", recipient=recipient, language=f"en{evil}")
    attachment = replace(PDF, name=f"a{evil}.pdf")
    message = compose(
        notice, replace(HEAD, name=f"Firm{evil}"), "d@shop.example", attachments=[attachment], at=AT
    )
    head = message.split(b"\r\n\r\n")[0]
    names = re.findall(rb"^([\w-]+):", head, re.MULTILINE)
    assert sorted(names) == sorted(
        [b"Date", b"From", b"To", b"Reply-To", b"Subject", b"Message-ID",
         b"MIME-Version", b"Content-Type"]
    )  # fmt: skip


def test_domains_in_chinese_and_german_are_written_as_name_servers_know_them() -> None:
    assert b"<desk@xn--fsqu00a.example>" in compose(a_notice(), HEAD, "desk@例子.example", at=AT)
    sharp = compose(a_notice(), HEAD, "desk@straße.example", at=AT)
    assert b"xn--strae-oqa.example" in sharp  # and not strasse.example, which is somebody else's


def test_marks_of_an_answer_are_signed() -> None:
    address = HEAD.key.address(HEAD.address, "reply", "N-2026-000123")
    assert HEAD.key.read_address(address.upper()) == ("N-2026-000123", "reply")
    assert HEAD.key.read_address(address.replace("000123", "000124")) is None
    assert MailKey(b"x" * 32).read_address(address) is None
    with pytest.raises(InputError, match="at most 29 characters"):
        HEAD.key.address("a" * 40 + "@firm.example", "reply", "N-2026-000123")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    keys: list[MailKey] = []
    threads = [
        threading.Thread(target=lambda: keys.append(load_mail_key(tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.secret for key in keys}) == 1
    assert (tmp_path / "keys" / "mail.key").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["mail.key"]
    (tmp_path / "keys" / "mail.key").write_text("short")
    with pytest.raises(InputError, match="expected a key of 64"):
        load_mail_key(tmp_path)
