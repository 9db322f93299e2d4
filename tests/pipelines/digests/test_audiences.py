"""Who is told of what: channels of the workspace, and those whom campaigns name."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.campaign import Campaign
from crawler.planning import Tell
from crawler.telling import TellChannel
from pipelines.digests.audiences import Planned, find_audiences

AT = datetime(2026, 11, 1, tzinfo=UTC)


def planned(name: str, *to: str, risk: float = 0.5, language: str = "en") -> Planned:
    told = Tell(to=to, risk=risk, language="zh" if language == "zh" else "en")
    campaign = Campaign(name=name, seeds=("https://shop.example/",), tell=told)
    return Planned(campaign=campaign, file=f"campaigns/{name}.toml", changed_at=AT)


def test_who_is_told_of_everything_is_told_once() -> None:
    desk = TellChannel(name="desk", kind="mail", address="desk@firm.example", risk=0.7)
    found, wrong = find_audiences([desk], [planned("fair", "desk", "mailto:desk@firm.example")])
    assert wrong == []
    [one] = found
    assert (one.name, one.scope, one.risk) == ("desk", None, 0.7)
    assert one.hears_of("whatever")


def test_campaigns_that_name_one_address_share_its_digest() -> None:
    chat = TellChannel(name="群", kind="apprise", address="json://x", everything=False)
    unused = TellChannel(name="unused", kind="apprise", address="json://y", everything=False)
    files = [
        planned("展会", "群", "mailto:a@firm.example", risk=0.8, language="zh"),
        planned("night", "群", risk=0.6),
    ]
    found, wrong = find_audiences([chat, unused], files)
    assert wrong == []
    group, address = found
    assert (group.scope, group.risk, group.language) == (
        frozenset({"展会", "night"}),
        0.6,
        "zh",
    )
    assert (address.kind, address.address, address.scope) == (
        "mail",
        "a@firm.example",
        frozenset({"展会"}),
    )
    assert address.hears_of("展会")
    assert not address.hears_of("night")


def test_a_channel_that_there_is_not_is_told_and_stops_nobody_else() -> None:
    found, wrong = find_audiences([], [planned("fair", "chat", "mailto:a@firm.example")])
    assert [one.name for one in found] == ["mailto:a@firm.example"]
    [problem] = wrong
    assert problem.file == "campaigns/fair.toml"
    assert "got 'chat'" in problem.problem
