from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.delivery import MailServer as Settings
from crawler.errors import MachineError
from pipelines.takedown.smtp import Relay, Sending
from tests.servers.certificates import make_certificate
from tests.servers.mail import MailServer

MESSAGE = "From: a@harbour.example\r\nSubject: 通知\r\n\r\n.a line\r\n..two\r\n请删除\r\n".encode()


def settings(server: MailServer, security: str = "none", **more: Any) -> Settings:
    ca_file = str(server.certificate) if security != "none" else None
    given = {"host": "127.0.0.1", "port": server.port, "ca_file": ca_file, "timeout": 10.0, **more}
    return Settings(security=security, **given)  # type: ignore[arg-type] # its fields


def send(server: MailServer, folder: Path, security: str = "none", **more: Any) -> Sending:
    to = more.pop("to", "desk@shop.example")
    with Relay(settings(server, security, **more), folder) as relay:
        return relay.send(MESSAGE, sender="b@harbour.example", recipient=to)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_message_arrives_byte_for_byte(tmp_path: Path, security: str) -> None:
    with MailServer(tmp_path, security) as server:
        sending = send(server, tmp_path, security)
        assert sending == Sending(result="sent", words="250 taken as 4711")
        [taken] = server.taken
    assert (taken.sender, taken.recipients) == ("b@harbour.example", ["desk@shop.example"])
    assert taken.content == MESSAGE


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("550 no such mailbox", "failed"),
        ("451 try again later", "put_off"),
        ("452 too many recipients", "put_off"),
    ],
)
def test_a_refused_recipient_and_message(tmp_path: Path, said: str, result: str) -> None:
    with MailServer(tmp_path) as server:
        server.handler.to_recipient = lambda _: said
        assert send(server, tmp_path) == Sending(result=result, words=said)  # type: ignore[arg-type] # from the table
        server.handler.to_recipient = lambda _: "250 OK"
        server.handler.answer = lambda _: said
        assert send(server, tmp_path) == Sending(result=result, words=said)  # type: ignore[arg-type] # from the table
        assert server.taken == []


def test_a_session_goes_on_after_a_refusal(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server, Relay(settings(server), tmp_path) as relay:
        for said, result in (("550 no", "failed"), ("250 OK", "sent")):
            server.handler.to_recipient = lambda _, said=said: said  # type: ignore[misc] # a default that lambdas lack
            sending = relay.send(MESSAGE, sender="b@h.example", recipient="d@shop.example")
            assert sending.result == result


def test_a_connection_lost_after_the_message_is_uncertain(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        server.handler.hang_up = True
        sending = send(server, tmp_path)
        assert sending.result == "uncertain"
        assert "lost while the message was sent" in sending.words
        assert len(server.taken) == 1


@contextmanager
def saying(**answers: str) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that says what it is told to each verb; yield its port and what it read."""
    listener, read = socket.create_server(("127.0.0.1", 0)), []
    usual = {"EHLO": "250 relay.example", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go"}

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 relay.example\r\n")
            inside = False
            for line in lines:
                read.append(line)
                verb = line[:4].decode("latin-1").upper()
                if inside and line != b".\r\n":
                    continue
                said = answers.get("end" if inside else verb) or usual.get(verb, "250 ok")
                inside = verb == "DATA" and said.startswith("354")
                connection.sendall(said.encode() + b"\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], read
    finally:
        listener.close()


def send_to(port: int, folder: Path) -> Sending:
    server = Settings(host="127.0.0.1", port=port, security="none", timeout=10.0)
    with Relay(server, folder) as relay:
        return relay.send(MESSAGE, sender="b@harbour.example", recipient="desk@shop.example")


@pytest.mark.parametrize("said", ["252 perhaps", "200 fine", "354 go on", "hello", "251 ok"])
def test_an_answer_that_is_neither_yes_nor_no_is_never_sent_again(
    tmp_path: Path, said: str
) -> None:
    with saying(end=said) as (port, _):
        assert send_to(port, tmp_path).result == "uncertain"


@pytest.mark.parametrize(
    "answers", [{"DATA": "250 ok"}, {"RCPT": "354 go"}, {"MAIL": "354 go"}, {"RCPT": "nonsense"}]
)
def test_the_message_goes_only_to_a_relay_that_waits_for_it(
    tmp_path: Path, answers: dict[str, str]
) -> None:
    with saying(**answers) as (port, read):
        assert send_to(port, tmp_path).result == "put_off"
    assert not any(b"Subject" in line for line in read)


def test_a_message_over_the_relay_s_size_is_not_sent(tmp_path: Path) -> None:
    with MailServer(tmp_path, data_size_limit=50) as server:
        sending = send(server, tmp_path)
    assert sending.result == "failed"
    assert sending.words == f"the message has {len(MESSAGE)} bytes, and the relay takes 50"


def test_starttls_that_is_missing_is_no_reason_for_plain_text(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        make_certificate(server.certificate)
        with pytest.raises(MachineError, match="offers no STARTTLS"):
            send(server, tmp_path, "starttls")
        assert server.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, security: str) -> None:
    with MailServer(tmp_path, security) as server:
        other = tmp_path / "other.pem"
        make_certificate(other)
        with pytest.raises(MachineError, match="certificate verify failed"):
            send(server, tmp_path, security, ca_file=str(other))
        with pytest.raises(MachineError, match="certificate verify failed"):
            send(server, tmp_path, security, ca_file=None)


def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    with (
        MailServer(tmp_path, "tls", host="127.0.0.9") as server,
        pytest.raises(MachineError, match=r"not valid for '127\.0\.0\.1'"),
    ):
        send(server, tmp_path, "tls")


def test_the_password_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("秘密\n", "utf-8")
    users = {"wei": "secret"}
    monkeypatch.setenv("A_PASSWORD", "secret")
    with MailServer(tmp_path, "starttls", users=users) as server:
        login = {"user": "wei", "password_env": "A_PASSWORD"}
        assert send(server, tmp_path, "starttls", **login).result == "sent"
        monkeypatch.setenv("A_PASSWORD", "wrong")
        with pytest.raises(MachineError, match="535"):
            send(server, tmp_path, "starttls", **login)
        by_file = {"user": "wei", "password_file": "password"}
        with pytest.raises(MachineError, match="ASCII") as refused:
            send(server, tmp_path, "starttls", **by_file)
        assert "秘密" not in str(refused.value)
        (tmp_path / "password").write_text("secret\n")
        assert send(server, tmp_path, "starttls", **by_file).result == "sent"


def test_a_relay_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        nobody = Settings(host="127.0.0.1", port=port, security="none", timeout=2)
        with (
            pytest.raises(MachineError, match=f"127.0.0.1:{port} does not answer"),
            Relay(nobody, tmp_path),
        ):
            pass


@contextmanager
def dropping(at: str) -> Iterator[int]:
    """Serve one who says hello and goes away when it hears a word."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as file:
                file.write(b"220 hello\r\n")
                file.flush()
                for line in file:
                    if line.decode().upper().startswith(at):
                        break
                    file.write(b"250 OK\r\n")
                    file.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.close()


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_message_is_safe_to_repeat(tmp_path: Path, at: str) -> None:
    with dropping(at) as port:
        gone = Settings(host="127.0.0.1", port=port, security="none", timeout=5)
        with Relay(gone, tmp_path) as relay:
            sending = relay.send(MESSAGE, sender="b@h.example", recipient="d@shop.example")
    assert sending.result == "put_off"
    assert sending.words.startswith("before the message was sent: ")


def test_an_address_in_chinese_needs_a_relay_that_takes_it(tmp_path: Path) -> None:
    with MailServer(tmp_path, enable_SMTPUTF8=False) as server:
        assert "SMTPUTF8" in send(server, tmp_path, to="投诉@shop.example").words
        assert server.taken == []
    with MailServer(tmp_path) as server:
        assert send(server, tmp_path, to="投诉@shop.example").result == "sent"
        assert server.taken[0].recipients == ["投诉@shop.example"]
