from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.errors import InputError, MissingFactsError, NotAllowedError
from crawler.formats import dump_json, load_record
from crawler.model import Holder, JudgementKind, Seller
from crawler.store.hits import StoredHit
from crawler.takedown import Notice, Sender
from pipelines.takedown.cases import draft_case
from pipelines.takedown.draft import draft_notice, missing_facts
from pipelines.takedown.kinds import CN_ECOMMERCE, DMCA, DSA, KINDS, NoticeKind
from pipelines.takedown.kinds.uk import UK
from pipelines.takedown.paper import lay_out
from tests.pipelines.noticed import NOW, OTHER_BAG, RECIPIENT, SENDER, draft, hits_for
from tests.servers.stored_hits import MARK, PICTURE, UNLICENSED, WORK, a_hit, a_listing

GOLDEN = Path(__file__).parent / "golden"
STOLEN_PICTURE = a_hit(right=WORK, findings=(PICTURE, UNLICENSED))

NOTICES = [
    pytest.param(kind, language, id=kind.template(language))
    for kind in KINDS
    for language in kind.languages
]


@pytest.mark.parametrize(("kind", "language"), NOTICES)
def test_notice_reads_as_pinned(kind: NoticeKind, language: str) -> None:
    notice = draft(kind, hits_for(kind), language=language)
    pinned = (GOLDEN / kind.template(language)).read_text(encoding="utf-8")
    assert notice.text == pinned


@pytest.mark.parametrize(("kind", "language"), NOTICES)
def test_notice_makes_each_declaration(kind: NoticeKind, language: str) -> None:
    words = " ".join(draft(kind, hits_for(kind), language=language).text.split())
    for declaration in kind.declarations:
        said = declaration.words[language]
        assert said in (words if language == "en" else words.replace(" ", ""))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_notice_names_its_parents(kind: NoticeKind) -> None:
    hits = hits_for(kind)
    notice = draft(kind, [*hits, hits[0]])
    assert notice.hits == tuple(stored.hit.id for stored in hits)
    assert notice.case == draft_case(hits, opened_at=NOW).id
    assert (notice.kind, notice.language) == (kind.name, kind.languages[0])
    assert (notice.drafted_by, notice.drafted_at) == ("wei", NOW)
    assert notice.subject
    assert "\n" not in notice.subject


def test_every_missing_fact_is_named_in_one_go() -> None:
    with pytest.raises(MissingFactsError) as refused:
        draft(DMCA, [STOLEN_PICTURE], Sender(), None)
    names = [fact.partition(":")[0] for fact in refused.value.facts]
    assert names == [
        "sender.name",
        "sender.signature",
        "sender.address",
        "sender.phone",
        "sender.mandate",
        "recipient",
    ]
    assert "markhound.toml, [sender] address" in str(refused.value)
    assert "recipients.toml" in str(refused.value)


def test_blank_facts_are_missing() -> None:
    blank = replace(SENDER, address=" \n ")
    assert [
        f.partition(":")[0] for f in missing_facts(DMCA, [STOLEN_PICTURE], blank, RECIPIENT)
    ] == ["sender.address"]


def test_owner_needs_no_mandate() -> None:
    owner = replace(SENDER, role="owner", mandate=None)
    assert missing_facts(DMCA, [STOLEN_PICTURE], owner, RECIPIENT) == []
    assert "Authority:" not in draft(DMCA, [STOLEN_PICTURE], owner).text


def test_work_needs_no_register() -> None:
    assert missing_facts(DSA, [STOLEN_PICTURE], SENDER, RECIPIENT) == []
    unregistered = a_hit(right=replace(MARK, registration=None, office=None))
    missing = missing_facts(DSA, [unregistered], SENDER, RECIPIENT)
    assert [fact.partition(":")[0] for fact in missing] == ["right.office", "right.registration"]
    assert all("TM-0001" in fact for fact in missing)


def test_dmca_refuses_a_trademark_and_says_which_kinds_fit() -> None:
    with pytest.raises(NotAllowedError, match=r"a trademark.*dsa or uk or cn-ecommerce") as no:
        draft(DMCA, [a_hit()])
    assert a_hit().hit.id in str(no.value)


def test_unjudged_hit_is_refused() -> None:
    hit = a_hit(decision=None)
    with pytest.raises(NotAllowedError, match=f"{hit.hit.id} has not been judged"):
        draft_case([hit], opened_at=NOW)
    with pytest.raises(NotAllowedError, match=f"{hit.hit.id} has not been judged"):
        draft(DSA, [hit], case=draft_case([a_hit()], opened_at=NOW))


@pytest.mark.parametrize("decision", ["licensed", "unrelated", "unsure"])
def test_hit_judged_otherwise_is_refused(decision: JudgementKind) -> None:
    with pytest.raises(NotAllowedError, match=f"judged '{decision}' by wei"):
        draft(DSA, [a_hit(decision=decision)], case=draft_case([a_hit()], opened_at=NOW))


OTHER_HOLDER = replace(MARK, id="TM-2", holder=Holder(name="Borealis AG"))
SELLER = Seller(name="Best Bags 优品", id="s-77")


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (a_hit(right=OTHER_HOLDER), "right holder"),
        (a_hit(listing=a_listing(url="https://other.example/1", site="other.example")), "site"),
        (
            a_hit(
                listing=a_listing(url="https://shop.example/9", seller=replace(SELLER, name="B"))
            ),
            "seller",
        ),
        (a_hit(listing=a_listing(url="https://shop.example/9", seller=None)), "seller"),
    ],
    ids=["holder", "site", "seller", "no-seller"],
)
def test_hits_of_two_cases_are_refused(other: StoredHit, what: str) -> None:
    with pytest.raises(NotAllowedError, match=f"a case has one {what}") as refused:
        draft_case([a_hit(), other], opened_at=NOW)
    assert other.hit.id in str(refused.value)


def test_sellers_of_one_name_are_told_apart_by_id() -> None:
    twin = a_hit(listing=a_listing(url="https://shop.example/9", seller=replace(SELLER, id="s-78")))
    with pytest.raises(NotAllowedError, match="one name but different ids"):
        draft_case([a_hit(), twin], opened_at=NOW)


def test_case_is_the_same_for_the_same_parties() -> None:
    later = draft_case([OTHER_BAG], opened_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert draft_case([a_hit()], opened_at=NOW).id == later.id


def test_hits_must_be_of_the_case_given() -> None:
    other = draft_case([a_hit(right=OTHER_HOLDER)], opened_at=NOW)
    with pytest.raises(NotAllowedError, match=rf"not of case {other.id} .*Borealis AG") as refused:
        draft(DSA, [a_hit()], case=other)
    assert a_hit().hit.id in str(refused.value)


def test_seller_may_have_another_name_since_the_case_was_opened() -> None:
    opened = draft_case([a_hit()], opened_at=NOW)
    renamed = a_hit(listing=a_listing(seller=replace(SELLER, name="Better Bags")))
    notice = draft(DSA, [renamed], case=opened)
    assert "Better Bags" in notice.text


def test_recipient_must_be_of_the_site() -> None:
    with pytest.raises(
        NotAllowedError, match=r"'shop\.example', but the recipient .* 'else\.example'"
    ):
        draft(DSA, [a_hit()], recipient=replace(RECIPIENT, site="else.example"))


def test_lapsed_right_is_refused_on_the_day() -> None:
    last_day = a_hit(right=replace(MARK, expires=date(2026, 11, 22)))
    assert draft(DSA, [last_day]).text
    expired = a_hit(right=replace(MARK, expires=date(2026, 11, 21)))
    with pytest.raises(NotAllowedError, match=r"TM-0001 has lapsed \(expired on 2026-11-21\)"):
        draft(DSA, [expired])


def test_right_without_force_there_is_refused() -> None:
    american = a_hit(right=replace(MARK, jurisdictions=("US",)))
    for kind in (DSA, CN_ECOMMERCE):
        with pytest.raises(NotAllowedError, match="TM-0001 is in force in US only"):
            draft(kind, [american])


def test_no_hits_and_no_time_zone_are_wrong_input() -> None:
    with pytest.raises(InputError, match="at least one hit"):
        draft_case([], opened_at=NOW)
    with pytest.raises(InputError, match="time zone"):
        draft_notice(
            DSA,
            [a_hit()],
            SENDER,
            RECIPIENT,
            drafted_by="wei",
            drafted_at=NOW.replace(tzinfo=None),
            notice_id="n-1",
            case=draft_case([a_hit()], opened_at=NOW),
        )


HOSTILE = (
    "bag\r\nSigned: nobody\u2028Why: no\u202egnorw{{ 1 }}{% raw %}\x1e\x1f\x1d#[*_$<b>"
    + "长a" * 5000
)


@pytest.mark.parametrize(("kind", "language"), NOTICES)
def test_hostile_values_cannot_forge_a_line(kind: NoticeKind, language: str) -> None:
    listing = a_listing(title=HOSTILE, seller=replace(SELLER, name=HOSTILE))
    hits = [replace(hit, listing=listing) for hit in hits_for(kind)[:1]]
    notice = draft(kind, hits, language=language)
    tame = draft(kind, hits_for(kind)[:1], language=language)
    shape = [(block.kind, block.label) for block in notice.paper]
    assert shape == [(block.kind, block.label) for block in tame.paper]
    lines = notice.text.split("\n")
    assert not any(line.lstrip().startswith(("Signed: nobody", "Why: no")) for line in lines)
    assert not set("\r\u2028\u202e\x1d\x1e\x1f") & set(notice.text)
    assert "bag⏎Signed:" in notice.text
    assert "[U+202E]gnorw{{" in notice.text
    assert "".join(notice.text.split()).count("长a" * 5000) >= 1


def test_url_is_exact_and_whole() -> None:
    text = draft(DSA, [OTHER_BAG]).text
    assert OTHER_BAG.listing.url in text


def test_only_what_speaks_for_the_hit_is_given_as_a_reason() -> None:
    assert "licensee" not in draft(DSA, hits_for(DSA)).text


@pytest.mark.parametrize(("kind", "language"), NOTICES)
def test_draft_claims_no_approval(kind: NoticeKind, language: str) -> None:
    text = draft(kind, hits_for(kind), language=language).text.lower()
    assert not any(word in text for word in ("approv", "批准", "审批"))


THREATS = ("infring", "court", "proceeding", "legal action", "sue", "liab", "damages")
THREATS_ZH = ("侵权", "侵害", "诉讼", "法院", "责任", "赔偿", "起诉")


def test_text_for_the_united_kingdom_threatens_nobody() -> None:
    for language in UK.languages:
        text = draft(UK, hits_for(UK), language=language).text.lower()
        assert [word for word in THREATS + THREATS_ZH if word in text] == []


@pytest.mark.parametrize(("kind", "language"), NOTICES)
def test_text_is_laid_out_from_its_paper(kind: NoticeKind, language: str) -> None:
    notice = draft(kind, hits_for(kind), language=language)
    assert lay_out(notice.paper) == notice.text
    assert load_record(Notice, dump_json(notice)) == notice
