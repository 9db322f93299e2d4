"""Reading mails, and where they come from."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from pathlib import Path

import pytest

from crawler.delivery import ImapServer
from crawler.errors import InputError, MachineError
from pipelines.takedown.answer_words import suggest_meaning
from pipelines.takedown.mail_reading import read_mail
from pipelines.takedown.mail_sources import imap_name, read_imap, read_maildir, read_mbox
from tests.servers.certificates import make_certificate
from tests.servers.imap import imap_server


def mail(text: str) -> bytes:
    message = EmailMessage()
    message.set_content(text)
    return message.as_bytes()


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("The listing has been removed.", "removed"),
        ("We removed the items you reported.", "removed"),
        ("您举报的商品已下架。", "removed"),
        ("投诉成立，链接已被删除", "removed"),
        ("The listing has not been removed.", "refused"),
        ("We are unable to process your notice.", "refused"),
        ("您的投诉被驳回，不予处理", "refused"),
        ("部分商品已删除", "partly"),
        ("The seller sent a counter-notice; the item has been restored.", "countered"),
        ("卖家提交了不存在侵权行为的声明", "countered"),
        ("The item has been reinstated.", "restored"),
        ("链接已恢复", "restored"),
        ("Thank you for your report.", None),
        ("We removed one and have declined your other notice.", None),
        ("> has been removed\nWe look into it.", None),
        ("We look into it.\n-----Original Message-----\nhas been removed", None),
        ("稍后处理\n在 2026年11月22日，张三 于 10:00 写道：\n已下架", None),
    ],
)
def test_clear_words_are_a_suggestion(text: str, meaning: str | None) -> None:
    read = read_mail(mail(text))
    assert suggest_meaning(read.subject, read.text) == meaning


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", None),
        ("utf-8", None),
        ("big5", "big5"),
    ],
)
def test_chinese_is_read_in_the_encodings_of_platforms(encoding: str, label: str | None) -> None:
    kind = f"text/plain; charset={label}" if label else "text/plain"
    raw = f"Content-Type: {kind}\r\n\r\n商品已下架".encode(encoding)
    assert read_mail(raw).text == "商品已下架"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_subject_that_is_not_encoded_is_read(encoding: str) -> None:
    assert read_mail("Subject: 投诉𠮷\r\n\r\n".encode(encoding)).subject == "投诉𠮷"


def test_a_subject_in_gb_2312_is_read_by_what_holds_it() -> None:
    word = base64.b64encode("朱镕基".encode("gb18030")).decode()  # the second is not in GB 2312
    assert read_mail(f"Subject: =?gb2312?B?{word}?=\r\n\r\n".encode()).subject == "朱镕基"


def test_html_alone_is_read_as_words_without_scripts_and_quotes() -> None:
    page = (
        "<html><head><title>t</title></head><script>has been removed</script><p>您好</p>"
        "<p>链接<b>已删除</b></p><blockquote>不予处理</blockquote>"
    )
    raw = f"Content-Type: text/html; charset=utf-8\r\n\r\n{page}".encode()
    assert read_mail(raw).text.split() == ["您好", "链接", "已删除"]


def test_a_maildir_is_read_once(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(b"one")
    (tmp_path / "cur" / "2.host:2,RS").write_bytes(b"seen")
    (tmp_path / "cur" / "3.host:2,F").write_bytes(b"three")
    kept: list[bytes] = []
    read_maildir(tmp_path, lambda raw, _: kept.append(raw))
    assert sorted(kept) == [b"one", b"three"]
    read_maildir(tmp_path, lambda raw, _: kept.append(raw))
    assert len(kept) == 2
    assert sorted(p.name for p in (tmp_path / "cur").iterdir()) == [
        "1.host:2,S", "2.host:2,RS", "3.host:2,FS",
    ]  # fmt: skip


def test_what_could_not_be_kept_stays_new(tmp_path: Path) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(b"one")

    def fail(raw: bytes, source: str) -> None:
        raise OSError(28, f"no room for {raw!r} of {source}")

    with pytest.raises(OSError, match="no room"):
        read_maildir(tmp_path, fail)
    assert (tmp_path / "new" / "1.host").exists()
    with pytest.raises(InputError, match="expected a Maildir"):
        read_maildir(tmp_path / "cur", fail)


def test_an_mbox_is_read(tmp_path: Path) -> None:
    file = tmp_path / "box"
    file.write_bytes(b"From a Mon\nSubject: 1\n\n>From x\n\nFrom b Mon\nSubject: 2\n\nx\n")
    kept: list[bytes] = []
    read_mbox(file, lambda raw, _: kept.append(raw))
    assert [raw.split(b"\n")[0] for raw in kept] == [b"Subject: 1", b"Subject: 2"]


def test_imap_marks_a_mail_only_after_it_is_kept(tmp_path: Path) -> None:
    mails = [b"Subject: %d\r\n\r\nbody \xe4\xbd\xa0\r\n" % n for n in range(3)]
    (tmp_path / "password").write_text("secret")
    with imap_server(tmp_path, *mails) as (port, seen):
        server = ImapServer(
            host="127.0.0.1", port=port, security="none", user="wei", password_file="password"
        )
        kept: list[bytes] = []

        def keep(raw: bytes, _: str) -> None:
            assert len(kept) < 2 or len(kept) > 2, "no room"
            marked = seen.read_text().split() if seen.exists() else []
            assert len(marked) == len(kept)
            kept.append(raw)

        with pytest.raises(AssertionError, match="no room"):
            list(read_imap(server, tmp_path, keep))
        assert kept == mails[:2]
        kept.append(b"")
        later: list[bytes] = []
        assert list(read_imap(server, tmp_path, lambda raw, _: later.append(raw))) == []
        assert later == mails[2:]
        assert list(read_imap(server, tmp_path, lambda raw, _: later.append(raw))) == []
        assert len(later) == 1
        (tmp_path / "password").write_text("wrong")
        with pytest.raises(MachineError, match="the IMAP server 127"):
            list(read_imap(server, tmp_path, keep))
        (tmp_path / "password").write_text("secret")
        elsewhere = ImapServer(
            host="127.0.0.1", port=port, security="none", user="wei", password_file="password",
            mailbox="投诉",
        )  # fmt: skip
        with pytest.raises(MachineError, match="has no mailbox"):
            list(read_imap(elsewhere, tmp_path, keep))
        secure = ImapServer(host="127.0.0.1", port=port, security="starttls", timeout=5)
        with pytest.raises(MachineError, match="STARTTLS"):
            list(read_imap(secure, tmp_path, keep))


def test_imap_over_tls_checks_the_certificate(tmp_path: Path) -> None:
    make_certificate(tmp_path / "imap-port.pem")
    make_certificate(tmp_path / "other.pem")
    (tmp_path / "password").write_text("secret")
    kept: list[bytes] = []
    with imap_server(tmp_path, b"Subject: 1\r\n\r\nx\r\n") as (port, _):
        for ca_file, said in (("other.pem", "certificate verify failed"), ("imap-port.pem", None)):
            server = ImapServer(
                host="127.0.0.1", port=port, security="tls", user="wei",
                password_file="password", ca_file=ca_file,
            )  # fmt: skip
            if said:
                with pytest.raises(MachineError, match=said):
                    list(read_imap(server, tmp_path, lambda raw, _: kept.append(raw)))
                assert kept == []
            else:
                assert list(read_imap(server, tmp_path, lambda raw, _: kept.append(raw))) == []
    assert kept == [b"Subject: 1\r\n\r\nx\r\n"]


def test_mailboxes_are_named_in_modified_utf_7() -> None:
    assert imap_name('INBOX/台北 & "x"') == '"INBOX/&U,BTFw- &- \\"x\\""'


HEAD = b"From: Abuse <Desk@Shop.example>\r\nTo: legal+x@firm.example\r\nSubject: Re: N-1\r\n"
ODD = {
    "an address nested without end": b"Cc: " + b"(" * 20_000 + b"\r\n\r\nremoved",
    "a boundary in a charset that is none": (
        b"Content-Type: multipart/mixed; boundary*=idna''a..b\r\n\r\nremoved"
    ),
    "a text in a charset for names": (
        b"Content-Type: text/plain; charset=idna\r\n\r\nremoved a..b\xff"
    ),
}


@pytest.mark.parametrize("rest", ODD.values(), ids=ODD)
def test_a_mail_that_the_library_trips_over_is_read_all_the_same(rest: bytes) -> None:
    head = HEAD + b"In-Reply-To:\r\n <1@firm.example>\r\n"
    read = read_mail(head + rest)
    assert read.sender == "desk@shop.example"
    assert "legal+x@firm.example" in read.recipients
    assert (read.subject, read.thread) == ("Re: N-1", ("<1@firm.example>",))
    assert "removed" in read.text
    assert not read.automatic
