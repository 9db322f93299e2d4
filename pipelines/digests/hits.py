"""New hits above a risk, new sellers of a right, and what is probably a bad reference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from sqlite_utils import Database

from crawler.store.digest_hits import (
    FreshHit,
    GroupFacts,
    Scope,
    count_flagged,
    find_fresh_hits,
    find_group_facts,
    find_main_cause,
)
from crawler.store.digests import DigestItem, Memory

FLOOD_HITS = 100
"""New flagged hits of one right from which on they may come from a bad reference ..."""
FLOOD_SELLERS = 20
"""... of so many sellers, ..."""
FLOOD_SHARE = 0.25
"""... none of which has a larger share of them, ..."""
FLOOD_TIMES = 4
"""... and so many times what is flagged of the right already."""
SAMPLE = 500
"""Hits that are looked through for what they share."""


def find_hit_items(
    db: Database, memory: Memory, scope: Scope, risk: float, upto: int
) -> tuple[list[DigestItem], set[str]]:
    """Return what is new of hits, the riskiest first, and the rights with a bad reference.

    A hit is told once: when it is new, or when its own findings lift it over ``risk``, under which
    it was before. Those of a right with a probable bad reference are told as one thing.

    :param upto: number of the newest findings that are looked at
    """
    fresh = find_fresh_hits(db, memory.upto, upto, scope)
    floods = list(_find_floods(db, fresh))
    flooded = {item.key for item in floods}
    groups: defaultdict[str, list[FreshHit]] = defaultdict(list)
    for hit in fresh:
        if hit.right not in flooded:
            groups[hit.group].append(hit)
    facts = find_group_facts(db, groups)
    found = [
        item
        for group, hits in groups.items()
        if (item := _group_item(hits, facts[group], risk, upto)) is not None
    ]
    found.sort(key=lambda item: (-float(item.facts["risk"]), item.key))
    return [*floods, *found], flooded


def _group_item(
    hits: Sequence[FreshHit], facts: GroupFacts, risk: float, upto: int
) -> DigestItem | None:
    told = [hit for hit in hits if _is_told(hit, facts, risk)]
    if not told:
        return None
    new_seller = sum(hit.new for hit in hits) == facts.hits
    top = max(told, key=lambda hit: (hit.base, hit.hit))
    return DigestItem(
        kind="seller" if new_seller else "hits",
        key=top.group,
        state=str(upto),
        words="seller" if new_seller else "hits",
        facts={
            "seller": top.seller_name,
            "site": top.site,
            "right": top.right_name,
            "right_id": top.right,
            "count": len(told),
            "reach": facts.reach,
            "repeat": facts.repeat,
            "risk": facts.risk_of(top.base),
            "hit": top.hit,
        },
    )


def _is_told(hit: FreshHit, facts: GroupFacts, risk: float) -> bool:
    if facts.risk_of(hit.base) < risk:
        return False
    return hit.new or facts.risk_of(hit.base_before) < risk


def _find_floods(db: Database, fresh: Sequence[FreshHit]) -> Iterator[DigestItem]:
    by_right: defaultdict[str, list[FreshHit]] = defaultdict(list)
    for hit in fresh:
        if hit.new and hit.flagged:
            by_right[hit.right].append(hit)
    for right, hits in sorted(by_right.items()):
        sellers = Counter(hit.seller for hit in hits)
        if is_flood(len(hits), sellers, count_flagged(db, right) - len(hits)):
            sample = [hit.hit for hit in islice(hits, SAMPLE)]
            yield _flood_item(hits[0], len(hits), len(sellers), find_main_cause(db, sample), sample)


def is_flood(count: int, sellers: Mapping[str, int], before: int) -> bool:
    """Tell whether new hits of one right look like the work of a bad reference.

    A seller of copies has many offers, and a mark that many copy rises over weeks; a reference that
    matches everything (a white picture, a word of every day) hits everybody at once.

    :param count: of the new flagged hits
    :param sellers: seller -> how many of them
    :param before: flagged hits that the right had before
    """
    return (
        count >= FLOOD_HITS
        and len(sellers) >= FLOOD_SELLERS
        and max(sellers.values()) <= FLOOD_SHARE * count
        and count >= FLOOD_TIMES * max(before, 0)
    )


def _flood_item(
    hit: FreshHit, count: int, sellers: int, cause: tuple[str, str, int], sample: Sequence[str]
) -> DigestItem:
    feature, thing, share = cause
    return DigestItem(
        kind="reference",
        key=hit.right,
        state="",
        words="reference" if thing else "reference_unknown",
        facts={
            "right": hit.right_name,
            "right_id": hit.right,
            "count": count,
            "sellers": sellers,
            "feature": feature,
            "thing": thing,
            "share": f"{share / len(sample):.0%}",
        },
    )
