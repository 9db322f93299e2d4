"""Facts that several laws ask for."""

from __future__ import annotations

from dataclasses import replace

from pipelines.takedown.facts import REGISTERED, RequiredFact


def fact(name: str, meaning: str, basis: str, *instead: str) -> RequiredFact:
    """Return one required fact; any one of the fields ``instead`` will do as well."""
    return RequiredFact(name=name, meaning=meaning, basis=basis, instead=instead)


def findings(basis: str) -> RequiredFact:
    """Ask for what was compared."""
    return fact("hit.findings", "what was compared, so that reasons can be given", basis)


def listing_url(basis: str) -> RequiredFact:
    """Ask for the address of each listing."""
    return fact("listing.url", "exact address of the listing", basis)


def right_named(basis: str) -> RequiredFact:
    """Ask for the right's name or its picture."""
    return fact("right.name", "name of the right, or its registered picture", basis, "images")


def owner_named(basis: str) -> RequiredFact:
    """Ask for the owner's name."""
    return fact("right.holder.name", "owner of the right", basis)


def registered(basis: str) -> tuple[RequiredFact, ...]:
    """Ask of each registered right where it is registered and in force."""
    facts = (
        fact("right.office", "the office that registered the right", basis),
        fact("right.registration", "registration number of the right", basis),
        fact("right.jurisdictions", "countries in which the right is in force", basis),
    )
    return tuple(replace(one, rights=REGISTERED) for one in facts)


def mandate(basis: str) -> RequiredFact:
    """Ask of an agent what authorises them."""
    meaning = "what authorises the sender to act for the owner"
    return replace(fact("sender.mandate", meaning, basis), agents_only=True)


def recipient(basis: str, who: str) -> tuple[RequiredFact, ...]:
    """Ask who receives the notice, and for any one way to reach them."""
    return (
        fact("recipient.name", who, basis),
        fact(
            "recipient.email",
            "where notices are taken: e-mail, interface, form or postal address",
            basis,
            "webhook",
            "portal",
            "address",
        ),
    )


def recipient_online(basis: str, who: str) -> tuple[RequiredFact, ...]:
    """Ask who receives the notice, and for an electronic way to reach them."""
    where = "where notices are taken by electronic means: e-mail, interface or form"
    return (
        fact("recipient.name", who, basis),
        fact("recipient.email", where, basis, "webhook", "portal"),
    )
