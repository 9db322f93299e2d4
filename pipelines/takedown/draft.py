"""From judged hits to the exact text of a notice. Nothing is sent, stored or looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from crawler.errors import InputError, MissingFactsError, NotAllowedError
from crawler.model import Right
from crawler.store.hits import StoredHit
from crawler.takedown import Block, Case, Notice, Recipient, Sender
from matchers.wording import Language
from pipelines.takedown.cases import check_one_case, draft_case, seller_of_hit, site_of_hit
from pipelines.takedown.facts import REGISTERED, rights_of
from pipelines.takedown.kinds import KINDS, NoticeKind
from pipelines.takedown.kinds.record import wording_of
from pipelines.takedown.layout import exact_url, finalize, make_visible, postal
from pipelines.takedown.paper import lay_out, mark_paragraph, mark_row, parse_paper
from pipelines.takedown.wording import RIGHT_KINDS, describe_finding, speaks_for

_TEMPLATES = Path(__file__).parent / "templates"
_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=select_autoescape(enabled_extensions=("html",)),  # plain text: finalize guards it
    undefined=StrictUndefined,
    finalize=finalize,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_environment.filters.update(paragraph=mark_paragraph, postal=postal)
_environment.globals.update(row=mark_row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One listing of a notice, with all that is said about it."""

    url: str
    title: str
    seller: str
    price: str | None
    first_seen_at: datetime
    seen_at: datetime
    rights: tuple[int, ...]
    """Numbers of the rights in the notice, from 1."""
    reasons: tuple[str, ...]
    pictures: tuple[str, ...]
    """Addresses of the listing's pictures that match."""


def missing_facts(
    kind: NoticeKind, hits: Sequence[StoredHit], sender: Sender, recipient: Recipient | None
) -> list[str]:
    """Return every fact that the law of ``kind`` requires and that is not there.

    One line each: its name, what it is, where it is supplied.
    """
    missing = [
        line for fact in kind.required for line in fact.find_missing(hits, sender, recipient)
    ]
    if recipient is None:
        sites = ", ".join(dict.fromkeys(site_of_hit(stored) for stored in hits))
        place = "recipients.toml, a [[recipients]] table with its site"
        missing.append(f"recipient: who receives notices about {sites} ({place})")
    return list(dict.fromkeys(missing))


def draft_notice(
    kind: NoticeKind,
    hits: Sequence[StoredHit],
    sender: Sender,
    recipient: Recipient | None,
    *,
    drafted_by: str,
    drafted_at: datetime,
    notice_id: str,
    case: Case,
    language: str | None = None,
) -> Notice:
    """Draft the notice; the same arguments give the same text.

    :param drafted_at: with time zone; its day in UTC is the notice's date
    :param language: BCP 47; the recipient's, else the kind's first, unless given
    :raises InputError: when there are no hits, ``drafted_at`` has no time zone, or there is no
        text in the language
    :raises NotAllowedError: when a hit is not judged infringing, the hits are not of this one
        case, a right has lapsed, or the law of ``kind`` does not cover a right
    :raises MissingFactsError: naming every fact that is missing
    """
    if drafted_at.tzinfo is None:
        raise InputError(f"expected drafted_at with a time zone, got {drafted_at.isoformat()}")
    hits = list({stored.hit.id: stored for stored in hits}.values())
    check_one_case(hits)
    day = drafted_at.astimezone(UTC).date()
    reasons = [*_foreign_to_case(hits, recipient, case), *_rights_refused(kind, hits, day)]
    if reasons:
        raise NotAllowedError("\n".join(reasons))
    missing = missing_facts(kind, hits, sender, recipient)
    if missing or recipient is None:
        raise MissingFactsError(kind.name, missing)
    language = kind.language_for(recipient, language)
    wording = wording_of(language)
    rights = rights_of(hits)
    targets = _targets(hits, rights, wording)
    values = {
        "kind": kind,
        "case": case,
        "notice_id": notice_id,
        "day": day,
        "sender": sender,
        "recipient": recipient,
        "rights": rights,
        "kinds_of_rights": RIGHT_KINDS[wording],
        "tags": {tag for right in rights for tag in right.tags},
        "targets": targets,
        "count": len(targets),
        "holder": rights[0].holder,
    }
    subject = _environment.from_string(kind.subjects[language]).render(values)
    paper = render_paper(kind.template(language), {**values, "subject": subject})
    return Notice(
        id=notice_id,
        case=case.id,
        kind=kind.name,
        language=language,
        hits=tuple(stored.hit.id for stored in hits),
        recipient=recipient,
        subject=make_visible(subject),
        text=lay_out(paper),
        drafted_by=drafted_by,
        drafted_at=drafted_at,
        paper=paper,
    )


def render_paper(template: str, values: Mapping[str, object]) -> tuple[Block, ...]:
    """Return the template's blocks with the values in them."""
    return parse_paper(_environment.get_template(template).render(values))


def _foreign_to_case(
    hits: Sequence[StoredHit], recipient: Recipient | None, case: Case
) -> Iterator[str]:
    own = draft_case(hits, opened_at=case.opened_at)
    if own.id != case.id:
        parties, others = (f"{c.seller} on {c.site}, {c.holder}" for c in (own, case))
        yield f"{_ids(hits)}: of case {own.id} ({parties}), not of case {case.id} ({others})"
    if recipient is not None and recipient.site != own.site:
        yield f"{_ids(hits)}: found on {own.site!r}, but the recipient is for {recipient.site!r}"


def _rights_refused(kind: NoticeKind, hits: Sequence[StoredHit], day: date) -> Iterator[str]:
    for right in rights_of(hits):
        name = f"{_ids(h for h in hits if h.right.id == right.id)}: {right.id}"
        what = RIGHT_KINDS["en"][right.kind]
        if lapse := right.lapse(day):
            yield f"{name} has lapsed ({lapse})"
        if right.kind not in kind.rights:
            fitting = " or ".join(k.name for k in KINDS if right.kind in k.rights)
            yield (
                f"{name} is a {what}; a {kind.name} notice ({kind.legal_basis}) is for"
                f" {_covered(kind)} only. Kinds that take a {what}: {fitting}"
            )
        elif not _in_territory(kind, right):
            places = ", ".join(right.jurisdictions)
            yield f"{name} is in force in {places} only, out of reach of {kind.legal_basis}"


def _covered(kind: NoticeKind) -> str:
    return " and ".join(sorted(f"a {RIGHT_KINDS['en'][right]}" for right in kind.rights))


def _in_territory(kind: NoticeKind, right: Right) -> bool:
    """Tell whether the right may be in force where the law is; one not registered is anywhere."""
    if kind.territory is None or right.kind not in REGISTERED or not right.jurisdictions:
        return True
    return not kind.territory.isdisjoint(right.jurisdictions)


def _targets(
    hits: Sequence[StoredHit], rights: Sequence[Right], wording: Language
) -> tuple[Target, ...]:
    numbers = {right.id: number for number, right in enumerate(rights, start=1)}
    by_url: dict[str, list[StoredHit]] = {}
    for stored in hits:
        by_url.setdefault(stored.listing.url, []).append(stored)
    return tuple(_target(wording, group, numbers) for group in by_url.values())


def _target(wording: Language, group: Sequence[StoredHit], numbers: dict[str, int]) -> Target:
    """Lay one listing out. Only what speaks for the hit is a reason to give in a notice."""
    newest = max(group, key=lambda stored: stored.seen_at)
    listing = newest.listing
    findings = [
        finding for stored in group for finding in stored.hit.findings if speaks_for(finding)
    ]
    price = None
    if listing.price is not None:
        price = f"{listing.price} {listing.currency or ''}".strip()
    return Target(
        url=exact_url(listing.url),
        title=listing.title,
        seller=seller_of_hit(newest),
        price=price,
        first_seen_at=min(stored.first_seen_at for stored in group).astimezone(UTC),
        seen_at=newest.seen_at.astimezone(UTC),
        rights=tuple(dict.fromkeys(numbers[stored.right.id] for stored in group)),
        reasons=tuple(dict.fromkeys(describe_finding(f, wording) for f in findings)),
        pictures=tuple(dict.fromkeys(exact_url(f.image) for f in findings if f.image)),
    )


def _ids(hits: Iterable[StoredHit]) -> str:
    return ", ".join(stored.hit.id for stored in hits)
