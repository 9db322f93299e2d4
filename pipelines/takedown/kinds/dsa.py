"""Illegal content in the European Union: the Digital Services Act."""

from __future__ import annotations

from crawler.territories import EU_CODES
from pipelines.takedown.facts import ALL_RIGHTS
from pipelines.takedown.kinds.asked import (
    fact,
    findings,
    listing_url,
    owner_named,
    recipient_online,
    registered,
    right_named,
)
from pipelines.takedown.kinds.record import Declaration, NoticeKind

BONA_FIDE = Declaration(
    name="bona fide belief that the notice is accurate and complete",
    basis="Article 16(2)(d)",
    words={
        "en": "I believe in good faith that the information and the allegations in this notice are"
        " accurate and complete",
        "zh-CN": "通知人善意相信，本通知所载信息和主张准确、完整",
    },
)

DSA_DEADLINE = (
    "a timely and diligent decision, told without undue delay (Article 16(5)-(6));"
    " the law names no number of days"
)

DSA = NoticeKind(
    name="dsa",
    title="Notice of illegal content",
    legal_basis="Regulation (EU) 2022/2065, Article 16",
    rights=ALL_RIGHTS,
    territory=EU_CODES,
    deadline=DSA_DEADLINE,
    subjects={
        "en": (
            "Notice of illegal content, Regulation (EU) 2022/2065, Article 16: "
            "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
        ),
        "zh-CN": (
            "非法内容通知（欧盟第2022/2065号条例第16条）：{{ case.site }}，{{ count }}个商品链接"
        ),
    },
    required=(
        findings("Article 16(2)(a)"),
        right_named("Article 16(2)(a)"),
        owner_named("Article 16(2)(a)"),
        *registered("Article 16(2)(a)"),
        listing_url("Article 16(2)(b)"),
        fact("sender.name", "name of the sender", "Article 16(2)(c)"),
        fact("sender.email", "e-mail address of the sender", "Article 16(2)(c)"),
        *recipient_online("Article 16(1)", "the provider's point for notices"),
    ),
    declarations=(BONA_FIDE,),
    deadlines=("DSA_20",),
    considerations=("referential", "exhaustion", "exceptions", "origin"),
    unconfirmed=("Regulation (EU) 2017/1001, Articles 14 and 15: descriptive use, exhaustion",),
)
