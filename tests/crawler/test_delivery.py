from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import FileFormatError
from crawler.workspace import make_workspace, open_workspace


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[delivery]\naddress = "no address"', "expected an e-mail address"),
        ("[delivery]\nattempts = 0", "expected 1 or more"),
        ('[delivery.smtp]\nhost = "mail.firm.example"\nsecurity = "none"', "for loopback only"),
        ('[delivery.smtp]\nhost = "m.example"\nuser = "x"', "password_env or password_file"),
        ('[delivery.smtp]\nhost = "m.example"\npassword = "x"', "unknown key"),
        ('[delivery.imap]\nhost = "m.example"\nport = 0', "expected 1 to 65535"),
        ("[follow_up]\ndays = [3, 1]", "expected rising days"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(tmp_path: Path, text: str, said: str) -> None:
    make_workspace(tmp_path)
    (tmp_path / "markhound.toml").write_text(text)
    with pytest.raises(FileFormatError, match=said):
        open_workspace(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('email = "a@b.example, c@d.example"', "expected an e-mail address"),
        ('channel = "webhook"', "needs the key 'webhook'"),
        ('webhook = "http://shop.example/hook"', "http is for loopback only"),
        ('portal = "javascript:1"', "expected a URL"),
        ('channel = "fax"', "channel"),
    ],
)
def test_recipients_that_cannot_be_reached_are_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    workspace = make_workspace(tmp_path)
    table = f'[[recipients]]\nsite = "shop.example"\nname = "x"\n{text}\n'
    (tmp_path / "recipients.toml").write_text(table)
    with pytest.raises(FileFormatError, match=said):
        workspace.find_recipient("shop.example")
