"""Campaign files by theme: each can be used as it is, and nothing of a name can break it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from console.campaign_themes import Theme, load_themes
from crawler.campaign import check_campaign, load_campaign
from tests.servers.command import invoke

DAYS = ("--from", "2026-12-01", "--to", "2026-12-31")


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_theme_makes_a_campaign_that_can_be_swept(
    tmp_path: Path, theme: str, language: str
) -> None:
    file, name = tmp_path / "campaigns" / "行动.toml", 'He said "N95"\\ 口罩 {{ x }}'
    invoke(
        *("campaign", "new", theme, file, *DAYS, "--seed", "https://shop.example/"),
        *("--seed", "https://market.example/包", "--name", name, "--language", language),
        *("--zone", "Asia/Shanghai"),
        workspace=tmp_path,
    )
    made = load_campaign(file)
    check_campaign(made, file)
    values = load_themes()[theme]
    assert (made.name, made.theme) == (name, values[f"theme_{language}"])
    assert (made.window.zone, made.schedule.zone) == ("Asia/Shanghai", "Asia/Shanghai")
    assert len(made.seeds) == 2
    text = file.read_text(encoding="utf-8")
    assert values["en"] in text
    assert values["zh"] in text


def test_what_is_wrong_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    new = ("campaign", "new", "season", file, "--seed")
    for arguments, message in (
        (("no address", *DAYS), "seeds.0"),
        (("https://a.example/", "--from", "2026-12-02", "--to", "2026-12-01"), "window"),
        (("https://a.example/", *DAYS, "--zone", "Mars/Olympus"), "zone"),
        (("https://a.example/", "--from", "soon", "--to", "2026-12-01"), "soon"),
    ):
        assert message in invoke(*new, *arguments, workspace=tmp_path, expect=2).err
    assert not file.exists()
    file.write_text("mine")
    told = invoke(*new, "https://a.example/", *DAYS, workspace=tmp_path, expect=2).err
    assert "is there already" in told
    assert file.read_text() == "mine"
