"""Who may take a listing down: proposals for ``recipients.toml``, the likeliest to act first.

The platform's own form, its designated agent, the network of its host, the registrar of its name,
and last a guess. security.txt (RFC 9116) is for reports of vulnerabilities, and is not asked.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from crawler.delivery import address_problem
from crawler.directory import load_recipients
from crawler.errors import InputError
from crawler.files import locked, whole_file
from crawler.sites import parse_site
from crawler.store.listings import find_listings
from crawler.takedown import Recipient, Scope
from crawler.workspace import RECIPIENTS_NAME, Workspace
from pipelines.takedown.rdap import find_domain_contacts, find_network_contacts

MOST_SELLERS = 10
"""Contacts of sellers that are proposed; a marketplace has thousands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One that may receive notices."""

    site: str
    name: str
    email: str | None
    portal: str | None
    scope: Scope
    source: str
    """Where it was found, in words."""
    guess: bool = False
    """Whether nobody says that the address is there: it has to be verified first."""


def propose_recipients(
    workspace: Workspace, db: Database, name: str, *, bootstrap: str | None
) -> tuple[list[Proposal], list[str]]:
    """Return who may receive notices about a site, the likeliest first, and what could not be had.

    :param name: a site, a host or a URL
    :param bootstrap: where RDAP's bootstrap files are; None = the network is not asked
    :raises InputError: when it is no site
    """
    site = parse_site(name)
    if not site:
        raise InputError(f"expected a site or a URL, got {name!r}")
    found = [*_listed(workspace, site), *_on_pages(db, site)]
    problems: list[str] = []
    if bootstrap is not None:
        asked, problems = _by_rdap(site, bootstrap)
        found += asked
    if not _is_address(site):
        found.append(
            Proposal(
                site=site,
                name=f"abuse desk of {site}",
                email=f"abuse@{site}",
                portal=None,
                scope="operator",
                source="a guess by RFC 2142; verify it before anything is sent",
                guess=True,
            )
        )
    first: dict[str, Proposal] = {}
    for proposal in found:
        first.setdefault((proposal.email or proposal.portal or proposal.name).lower(), proposal)
    return list(first.values()), problems


def _listed(workspace: Workspace, site: str) -> Iterator[Proposal]:
    """Yield who stands in the directory already: form before agent."""
    known = workspace.find_recipients(site)
    for recipient in sorted(known, key=lambda r: r.portal is None):
        yield Proposal(
            site=site,
            name=recipient.name,
            email=recipient.email,
            portal=recipient.portal,
            scope=recipient.scope or "operator",
            source="recipients.toml, where it is already",
        )


def _on_pages(db: Database, site: str) -> Iterator[Proposal]:
    """Yield the e-mail addresses that the site's listings name: its own before sellers'."""
    named: dict[str, str] = {}
    for stored in find_listings(db, site=site):
        seller = stored.listing.seller
        for contact in seller.contacts if seller else ():
            email = contact.removeprefix("mailto:")
            if contact.startswith("mailto:") and address_problem(email) is None:
                named.setdefault(email.lower(), (seller and seller.name) or site)
    own = [email for email in named if parse_site(email.rpartition("@")[2]) == site]
    others = [email for email in named if email not in own]
    for email in [*own, *others[:MOST_SELLERS]]:
        yield Proposal(
            site=site,
            name=named[email],
            email=email,
            portal=None,
            scope="operator",
            source="the site's own pages" if email in own else "a listing, as its seller's contact",
        )


def _by_rdap(site: str, bootstrap: str) -> tuple[list[Proposal], list[str]]:
    host = site if not _is_address(site) else site.rpartition(":")[0].strip("[]")
    found: list[Proposal] = []
    problems: list[str] = []
    asks = (
        [find_network_contacts]
        if _is_address(site)
        else [find_network_contacts, find_domain_contacts]
    )
    for ask in asks:
        try:
            contacts = ask(host, bootstrap)
        except InputError as error:
            problems.append(str(error))
            continue
        found += [
            Proposal(
                site=site,
                name=contact.name,
                email=contact.email,
                portal=None,
                scope=contact.scope,
                source=f"RDAP, {contact.source}",
            )
            for contact in contacts
        ]
    return found, problems


def _is_address(site: str) -> bool:
    """Tell whether a site is an address with a port, or a name without a domain."""
    host = site.rpartition(":")[0].strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in site.partition(":")[0]
    return True


def as_toml(proposal: Proposal) -> str:
    """Return a table to paste into ``recipients.toml``."""
    lines = [f"# {_one_line(proposal.source)}", "[[recipients]]"]
    values = {
        "site": proposal.site,
        "name": proposal.name,
        "email": proposal.email,
        "portal": proposal.portal,
        "scope": proposal.scope,
    }
    lines += [f"{key} = {_string(value)}" for key, value in values.items() if value]
    return "\n".join(lines) + "\n"


def _string(value: str) -> str:
    """Return a TOML basic string; what no terminal should see is escaped."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def add_recipients(workspace: Workspace, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Write proposals behind those of ``recipients.toml``; return which were new.

    :raises FileFormatError: when the file is wrong
    """
    path: Path = workspace.folder / RECIPIENTS_NAME
    with locked(workspace.logs):
        old = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        known: Sequence[Recipient] = load_recipients(path).recipients if path.exists() else ()
        there = {(r.site, a) for r in known for a in (r.email, r.portal) if a}
        new = [p for p in proposals if (p.site, p.email or p.portal) not in there]
        if new:
            with whole_file(path) as file:
                text = old.rstrip("\n") + "\n\n" + "\n".join(map(as_toml, new))
                file.write(text.lstrip("\n").encode())
            load_recipients(path)
    return new
