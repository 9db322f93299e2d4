"""What every notice kind promises: it refuses without any one of its facts, naming it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import InputError
from crawler.model import Holder
from crawler.store.hits import StoredHit
from crawler.takedown import Recipient, Sender
from pipelines.takedown.draft import missing_facts
from pipelines.takedown.facts import RequiredFact
from pipelines.takedown.kinds import DMCA, KINDS, NoticeKind, check_kinds, find_kind
from pipelines.takedown.kinds.record import CONSIDERATIONS, wording_of
from tests.servers.stored_hits import MARK, PICTURE, WORK, a_hit

TEMPLATES = Path(__file__).parents[2] / "pipelines" / "takedown" / "templates"
SENDER = Sender(**dict.fromkeys(Sender.__slots__, "given"))
HOLDER = Holder(**dict.fromkeys(Holder.__slots__, "given"))
RECIPIENT = Recipient(
    site="shop.example",
    name="Desk",
    email="a@b.example",
    address="1 Road",
    portal="https://b.example",
)
INDICATION = replace(MARK, kind="geographical_indication", origin=("Aurelia",))
FACTS = [
    pytest.param(kind, fact, id=f"{kind.name}-{fact.name}")
    for kind in KINDS
    for fact in kind.required
]


def test_sample_has_the_rights_of_which_facts_are_asked() -> None:
    for kind in KINDS:
        right = a_full_hit(kind).right.kind
        assert all(right in fact.rights for fact in kind.required if fact.owner == "right")


def a_full_hit(kind: NoticeKind) -> StoredHit:
    """Return a hit of a right that has everything, of the kind of which most is asked."""
    right = next(right for right in (INDICATION, MARK, WORK) if right.kind in kind.rights)
    return a_hit(right=replace(right, holder=HOLDER), findings=(PICTURE,))


def without(record: Any, path: str) -> Any:
    """Return a copy of the record that lacks the field."""
    first, _, rest = path.partition(".")
    value = getattr(record, first)
    if rest:
        return replace(record, **{first: without(value, rest)})
    return replace(record, **{first: () if isinstance(value, tuple) else None})


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_each_fact_is_required_and_named(kind: NoticeKind, fact: RequiredFact) -> None:
    hit, sender, recipient = a_full_hit(kind), SENDER, RECIPIENT
    assert missing_facts(kind, [hit], sender, recipient) == []
    for path in fact.fields:
        if fact.owner == "sender":
            sender = without(sender, path)
        elif fact.owner == "recipient":
            recipient = without(recipient, path)
        else:
            hit = replace(hit, **{fact.owner: without(getattr(hit, fact.owner), path)})
    missing = missing_facts(kind, [hit], sender, recipient)
    assert len(missing) == 1
    assert missing[0].startswith(f"{fact.name}: {fact.meaning} (")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_any_one_of_several_fields_will_do(kind: NoticeKind) -> None:
    reached = next(fact for fact in kind.required if fact.name == "recipient.email")
    for path in reached.fields:
        recipient = replace(RECIPIENT, webhook="https://shop.example/notices")
        for other in set(reached.fields) - {path}:
            recipient = without(recipient, other)
        assert missing_facts(kind, [a_full_hit(kind)], SENDER, recipient) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kind_is_complete(kind: NoticeKind) -> None:
    assert {wording_of(language) for language in kind.languages} == {"en", "zh"}
    assert all((TEMPLATES / kind.template(language)).is_file() for language in kind.languages)
    assert all((kind.title, kind.legal_basis, kind.deadline, kind.rights))
    assert all(fact.basis and fact.meaning for fact in kind.required)
    assert kind.declarations
    for declaration in kind.declarations:
        assert declaration.basis
        assert declaration.words.keys() == set(kind.languages)
    asked = [CONSIDERATIONS[name] for name in kind.considerations]
    assert all(any(one.rights & {right} for one in asked) for right in kind.rights)
    names = [fact.name for fact in kind.required]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_language_is_the_recipients_where_there_is_a_template(kind: NoticeKind) -> None:
    for language in kind.languages:
        assert kind.language_for(replace(RECIPIENT, language=language)) == language
    assert kind.language_for(replace(RECIPIENT, language="tlh")) == kind.languages[0]
    assert kind.language_for(replace(RECIPIENT, language="zh-Hans-SG")) == "zh-CN"
    assert kind.language_for(RECIPIENT, "en-GB") == "en"
    with pytest.raises(InputError, match=f"a {kind.name} notice has texts in .*; got 'tlh'"):
        kind.language_for(RECIPIENT, "tlh")


def test_considerations_are_those_of_the_rights() -> None:
    dsa = find_kind("dsa")
    assert dsa.considerations_for(["work"]) == ("exhaustion", "exceptions")
    assert dsa.considerations_for(["trademark"]) == ("referential", "exhaustion")
    assert dsa.considerations_for(["geographical_indication"]) == ("origin",)
    assert find_kind("dmca").considerations_for(["work"]) == ("fair-use",)


def test_united_kingdom_needs_the_legal_role() -> None:
    assert [kind.name for kind in KINDS if kind.needs_legal] == ["uk"]


def test_kinds_are_found_by_name() -> None:
    assert [find_kind(kind.name) for kind in KINDS] == list(KINDS)
    with pytest.raises(InputError, match="'gdpr'; expected one of: dmca, us-trademark, dsa"):
        find_kind("gdpr")


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="got twice: dmca"):
        check_kinds([*KINDS, DMCA])
