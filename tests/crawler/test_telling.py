"""Channels on which people are told: what cannot be one is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.config import ConsoleConfig, console_problem
from crawler.errors import FileFormatError
from crawler.telling import TellChannel, TellKind, tell_channel_problems
from crawler.workspace import make_workspace, open_workspace


def a_channel(kind: TellKind, address: str, **more: object) -> TellChannel:
    return TellChannel(**{"name": "值班 desk", "kind": kind, "address": address, **more})  # type: ignore[arg-type] # its fields


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("mail", "desk@firm.example"),
        ("mail", "值班@例子.example"),
        ("webhook", "https://hooks.example/{env:HOOK}"),
        ("webhook", "http://127.0.0.1:9/x"),
        ("apprise", "tgram://{env:BOT}/{env:CHAT}"),
        ("apprise", "json://127.0.0.1:9/"),
    ],
)
def test_good_channels(kind: TellKind, address: str) -> None:
    assert list(tell_channel_problems([a_channel(kind, address)])) == []


@pytest.mark.parametrize(
    ("channel", "key", "expected"),
    [
        (a_channel("mail", "desk"), "tell.0.address", "an e-mail address, got 'desk'"),
        (a_channel("webhook", "http://hooks.example/"), "tell.0.address", "expected https"),
        (a_channel("apprise", "bot-and-chat"), "tell.0.address", "SCHEME://"),
        (a_channel("apprise", "tgram://a b"), "tell.0.address", "without spaces"),
        (a_channel("mail", "a@b.example", risk=-1), "tell.0.risk", "0 to 100, got -1"),
        (a_channel("mail", "a@b.example", risk=float("nan")), "tell.0.risk", "got nan"),
        (a_channel("mail", "a@b.example", name=""), "tell.0.name", "a name of one line"),
        (a_channel("mail", "a@b.example", name="mailto:x"), "tell.0.name", "a name of one line"),
    ],
)
def test_what_is_none_is_told(channel: TellChannel, key: str, expected: str) -> None:
    [(where, message)] = tell_channel_problems([channel])
    assert where == key
    assert expected in message


def test_two_channels_of_one_name_and_a_bad_address_are_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    file = workspace.folder / "markhound.toml"
    one = '[[tell]]\nname = "desk"\nkind = "mail"\naddress = "desk@firm.example"\n'
    file.write_text(file.read_text() + one)
    assert open_workspace(workspace.folder).config.tell[0].everything
    file.write_text(file.read_text() + one)
    with pytest.raises(FileFormatError, match=r"tell\.1\.name: .* twice"):
        open_workspace(workspace.folder)


def test_the_address_of_the_console_keeps_what_is_told_secret() -> None:
    assert console_problem(ConsoleConfig(address="https://review.firm.example")) is None
    problem = console_problem(ConsoleConfig(address="http://review.firm.example"))
    assert problem is not None
    assert "expected an address of https" in problem
