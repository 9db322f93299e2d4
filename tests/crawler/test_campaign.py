from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.campaign import Campaign, load_campaign, matching_of
from crawler.config import MatchingConfig
from crawler.errors import FileFormatError, InputError
from crawler.model import Holder, Right
from crawler.store.database import open_store
from crawler.store.right_facts import count_covered
from crawler.store.rights import record_rights

GOOD = 'name = "night"\nseeds = ["https://shop.example/"]\n'


def load(folder: Path, text: str) -> Campaign:
    file = folder / "night.toml"
    file.write_text(text, encoding="utf-8")
    return load_campaign(file)


def test_small_campaign_has_polite_defaults(tmp_path: Path) -> None:
    campaign = load(tmp_path, GOOD)
    assert campaign.seeds == ("https://shop.example/",)
    assert (campaign.politeness.delay, campaign.politeness.concurrency) == (1.0, 1)
    assert not campaign.allow_private


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = ", "not TOML"),
        ('name = "x"', "seeds: required key is missing"),
        ('name = "x"\nseeds = []', "seeds: expected at least one URL"),
        ('name = "x"\nseeds = ["ftp://a.example"]', "seeds.0: expected an http or https URL"),
        ('name = "x"\nseeds = ["http://[::1"]', "seeds.0: not a URL"),
        ('name = "x"\nseeds = ["http://a.example:99999"]', "seeds.0: not a URL"),
        (GOOD + "[matching]\ncutoff = 1.5", "matching.cutoff: expected 0 to 1, got 1.5"),
        (GOOD + "[matching]\nthreshold = nan", "matching.threshold: expected 0 to 1, got nan"),
        (GOOD + "depth = 3", "depth: unknown key; a campaign has no such key"),
        (GOOD + "[limits]\npages = 3", "limits.pages: unknown key"),
        (GOOD + "[limits]\npages_per_site = 0", "limits.pages_per_site: expected at least 1"),
        (GOOD + '[politeness]\ndelay = "fast"', "politeness.delay: .*got 'fast'"),
        (GOOD + "[politeness]\ndelay = -1", "politeness.delay: expected at least 0, got -1"),
        (GOOD + "[limits]\nminutes = 0", "limits.minutes: expected more than 0"),
        (GOOD + "[limits]\nminutes_per_site = 0", "minutes_per_site: expected more than 0, got 0"),
        (GOOD + "[limits]\nmegabytes_per_site = -1", "megabytes_per_site: expected more than 0"),
        (GOOD + "[politeness]\nlongest_wait = -1", "longest_wait: expected at least 0, got -1"),
        (GOOD + "[politeness]\nrefusals = 0", "politeness.refusals: expected at least 1, got 0"),
        (
            GOOD + '[politeness]\nquiet_hours = ["08:00-22:00 UTC", "at night"]',
            'politeness.quiet_hours.1: expected "HH:MM-HH:MM Area/City"',
        ),
        (
            GOOD + '[politeness]\nquiet_hours = ["00:00-13:00 UTC", "12:00-00:00 UTC"]',
            "politeness.quiet_hours: they leave no hour of the day",
        ),
        (GOOD + 'rights = ["class:46"]', "rights.0: expected Nice classes 1 to 45 .*'class:46'"),
        (GOOD + 'rights = ["kind:patent"]', "rights.0: expected trademark, .* after kind:"),
        (GOOD + 'rights_within = ["territory:China"]', "rights_within.0: expected codes of two"),
        (GOOD + 'rights = ["holder: "]', "rights.0: expected something after holder:"),
        (GOOD + "[capture]\nmost = -1", "capture.most: expected 0 or more, got -1"),
        (GOOD + '[window]\nzone = "Berlin"', "window.zone: expected a time zone .*got 'Berlin'"),
        (
            GOOD + "[window]\nfirst_day = 2026-11-05\nlast_day = 2026-11-04",
            "window.last_day: expected a day not before 2026-11-05, got 2026-11-04",
        ),
        (GOOD + '[schedule]\ncron = "at night"', "schedule.cron: expected five fields"),
        (GOOD + '[schedule]\ncron = "0 25 * * *"', "schedule.cron: .*Bad hour"),
        (GOOD + '[schedule]\ncron = "0 0 31 2 *"', "schedule.cron: .*Bad day-of-month"),
        (GOOD + "[schedule]\nminutes = 0", "schedule.minutes: expected more than 0, got 0"),
        (GOOD + '[schedule]\nwhen_missed = "ask"', "schedule.when_missed: "),
        (GOOD + '[tell]\nto = ["mailto:us"]', "tell.to.0: expected mailto:ADDRESS or the name"),
        (GOOD + "[tell]\nrisk = 80", "tell.risk: expected 0 to 1, got 80"),
    ],
)
def test_error_names_the_key(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(FileFormatError, match=expected):
        load(tmp_path, text)


RIGHTS = (
    Right(
        id="TM-1",
        kind="trademark",
        name="Aurelio",
        holder=Holder(name="Aurelio S.p.A."),
        classes=(18, 25),
        jurisdictions=("EU",),
        tags=("luxury",),
    ),
    Right(
        id="TM-2",
        kind="trademark",
        name="同仁",
        holder=Holder(name="同仁集团（ＡＢＣ）"),
        classes=(5,),
        jurisdictions=("CN", "DE"),
    ),
    Right(id="W-1", kind="work", name="Night"),
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = open_store(tmp_path_factory.mktemp("rights") / "markhound.db")
    at = datetime(2026, 11, 5, tzinfo=UTC)
    record_rights(db, [(right, {}) for right in RIGHTS], source="r.jsonl", at=at)
    yield db
    db.close()


@pytest.mark.parametrize(
    ("terms", "within", "selected"),
    [
        ((), (), ["TM-1", "TM-2", "W-1"]),
        (("TM-1",), (), ["TM-1"]),
        (("TM-*",), (), ["TM-1", "TM-2"]),
        (("TM-[!2]",), (), ["TM-1"]),
        (("tag:luxury",), (), ["TM-1"]),
        (("GI-*",), (), []),
        (("holder:aurelio  s.p.a.",), (), ["TM-1"]),
        (("holder:同仁集团(abc)",), (), ["TM-2"]),
        (("holder:同仁*", "W-1"), (), ["TM-2", "W-1"]),
        (("class:25, 5",), (), ["TM-1", "TM-2"]),
        (("kind:work,trademark",), (), ["TM-1", "TM-2", "W-1"]),
        (("territory:DE",), (), ["TM-1", "TM-2"]),
        (("territory:EU",), (), ["TM-1"]),
        (("territory:CN,US",), (), ["TM-2"]),
        (("kind:trademark",), ("territory:DE", "class:5"), ["TM-2"]),
        ((), ("kind:trademark", "tag:luxury"), ["TM-1"]),
        (("TM-1",), ("class:5",), []),
    ],
)
def test_rights_are_selected_alike_in_sweeps_and_in_the_store(
    stored: Database, terms: tuple[str, ...], within: tuple[str, ...], selected: list[str]
) -> None:
    campaign = Campaign(name="x", seeds=("https://a.example",), rights=terms, rights_within=within)
    assert [right.id for right in RIGHTS if campaign.covers(right)] == selected
    assert count_covered(stored, terms, within) == len(selected)


def test_own_limits_take_the_place_of_the_workspace_s(tmp_path: Path) -> None:
    workspace = MatchingConfig(cutoff=0.2, threshold=0.6)
    assert matching_of(load(tmp_path, GOOD), workspace) == workspace
    campaign = load(tmp_path, GOOD + "[matching]\nthreshold = 0.9")
    assert matching_of(campaign, workspace) == MatchingConfig(cutoff=0.2, threshold=0.9)
    campaign = load(tmp_path, GOOD + "[matching]\nthreshold = 0.1")
    with pytest.raises(InputError, match=r"campaign night .* cutoff = 0\.2 and threshold = 0\.1"):
        matching_of(campaign, workspace)


def test_words_of_a_campaign_go_before_the_workspaces(tmp_path: Path) -> None:
    off = GOOD + '[matching]\nwords = "off"\n'
    merged = matching_of(load(tmp_path, off), MatchingConfig(words="on", words_budget=7))
    assert (merged.words, merged.words_budget) == ("off", 7)
    none = load(tmp_path, off + "words_budget = 0\n")
    assert matching_of(none, MatchingConfig()).words_budget == 0
    with pytest.raises(FileFormatError, match=r"words_budget: .*at least 0, got -1"):
        load(tmp_path, off + "words_budget = -1\n")


def test_a_model_is_found_from_the_file_that_names_it(tmp_path: Path) -> None:
    workspace = MatchingConfig(descriptor="efficientnet-lite0")
    assert matching_of(load(tmp_path, GOOD), workspace).descriptor == "efficientnet-lite0"
    none = load(tmp_path, GOOD + '[matching]\ndescriptor = ""')
    assert matching_of(none, workspace).descriptor == ""
    campaign = load(tmp_path, GOOD + '[matching]\ndescriptor = "models/a.onnx"')
    with pytest.raises(InputError, match=r"expected the file of a model, got .*a\.onnx"):
        matching_of(campaign, workspace)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.onnx").touch()
    found = matching_of(campaign, workspace).descriptor
    assert found == str(tmp_path / "models" / "a.onnx")
