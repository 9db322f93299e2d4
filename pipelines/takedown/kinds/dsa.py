"""Illegal content in the European Union: the Digital Services Act."""

from __future__ import annotations

from pipelines.takedown.facts import ALL_RIGHTS
from pipelines.takedown.kinds.asked import (
    EU_CODES,
    fact,
    findings,
    listing_url,
    registered,
    right_named,
)
from pipelines.takedown.kinds.record import NoticeKind

DSA = NoticeKind(
    name="dsa",
    title="Notice of illegal content",
    legal_basis="Regulation (EU) 2022/2065, Article 16",
    rights=ALL_RIGHTS,
    territory=EU_CODES,
    deadline=(
        "a timely and diligent decision, told without undue delay (Article 16(5)-(6));"
        " the law names no number of days"
    ),
    languages=("en",),
    wording="en",
    subject=(
        "Notice of illegal content, Regulation (EU) 2022/2065, Article 16: "
        "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
    ),
    required=(
        findings("Article 16(2)(a)"),
        right_named("Article 16(2)(a)"),
        fact("right.holder.name", "owner of the right", "Article 16(2)(a)"),
        *registered("Article 16(2)(a)"),
        listing_url("Article 16(2)(b)"),
        fact("sender.name", "name of the sender", "Article 16(2)(c)"),
        fact("sender.email", "e-mail address of the sender", "Article 16(2)(c)"),
        fact("recipient.name", "the provider's point for notices", "Article 16(1)"),
        fact(
            "recipient.email",
            "where the provider takes notices by electronic means: e-mail or form",
            "Article 16(1)",
            "portal",
        ),
    ),
)
