"""The log of what a capture was made in."""

from __future__ import annotations

import socketserver
import threading
from datetime import timedelta
from pathlib import Path

import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from pipelines.evidence import environment
from pipelines.evidence.environment import NOT_KNOWN, describe_clock, describe_environment
from tests.servers import captured


def test_proxies_are_told_without_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://li:geheim@proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "li:geheim@proxy.example")
    told = describe_environment([], [])
    assert told["network"]["proxies"]["https_proxy"] == "http://***@proxy.example:3128"
    assert "geheim" not in str(told)
    assert told["network"]["proxies_used"] is False


def test_names_versions_and_packages_are_told() -> None:
    told = describe_environment(["http://127.0.0.1:8080/p", "http://no-such-host.invalid/"], [])
    names = told["network"]["names"]
    assert names["127.0.0.1"]["answers"] == ["127.0.0.1"]
    assert names["no-such-host.invalid"]["answers"] == []
    assert names["no-such-host.invalid"]["error"]
    assert names["127.0.0.1"]["ttl"] == NOT_KNOWN
    assert told["tool"]["name"] == "markhound"
    assert any(name.lower().startswith("scrapy==") for name in told["packages"]["list"])


@pytest.mark.parametrize("behind", [0, 3600, -90])
def test_the_clock_is_compared_with_the_servers_own(behind: int) -> None:
    date = (captured.AT - timedelta(seconds=behind)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    answer = f"HTTP/1.1 200 OK\r\ndate: {date}\r\n\r\n".encode()
    [said] = describe_clock([captured.exchange(response=answer)])["servers"]
    assert said["ahead"] == pytest.approx(behind + 0.457, abs=0.001)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n", b"\xff"])
def test_without_a_date_nothing_is_made_up(answer: bytes) -> None:
    assert describe_clock([captured.exchange(response=answer)])["servers"] == []


def test_a_date_of_no_calendar_keeps_no_page_from_being_captured() -> None:
    """A shop could else see to it that nothing of it is ever kept."""
    for date in (b"Mon, 01 Jan 2000 00:00:00 +99999999999999", b"Mon, 01 Jan 0001 00:00:00 +2300"):
        answer = b"HTTP/1.1 200 OK\r\nDate: " + date + b"\r\n\r\n"
        assert len(describe_clock([captured.exchange(response=answer)])["servers"]) < 2


class NameServer(socketserver.BaseRequestHandler):
    """Knows localhost alone."""

    def handle(self) -> None:
        data, wire = self.request
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        if question.question[0].rdtype == dns.rdatatype.A:
            answer.answer.append(
                dns.rrset.from_text("localhost.", 77, "IN", "A", "127.0.0.2", "127.0.0.1")
            )
        wire.sendto(answer.to_wire(), self.client_address)


def test_what_the_name_server_says_and_for_how_long_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "resolv.conf"
    config.write_text("nameserver 127.0.0.1\n")
    monkeypatch.setattr(environment, "_RESOLVER", config)
    with socketserver.UDPServer(("127.0.0.1", 0), NameServer) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        monkeypatch.setattr(environment, "_DNS_PORT", server.server_address[1])
        names = describe_environment(["http://localhost/"], ())["network"]["names"]
        server.shutdown()
    assert names["localhost"]["ttl"] == 77
    told = {"server": "127.0.0.1", "answers": ["127.0.0.1", "127.0.0.2"]}
    assert names["localhost"]["name_server"] == told
    names = describe_environment(["http://127.0.0.1/"], ())["network"]["names"]
    assert names["127.0.0.1"]["name_server"] == NOT_KNOWN
