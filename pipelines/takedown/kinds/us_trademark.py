"""Trademarks in the United States: reports by the platforms' own rules."""

from __future__ import annotations

from pipelines.takedown.kinds.asked import (
    fact,
    findings,
    listing_url,
    mandate,
    owner_named,
    recipient,
    registered,
    right_named,
)
from pipelines.takedown.kinds.record import Declaration, NoticeKind

_PRACTICE = "platforms' practice; no statute"

US_TRADEMARK = NoticeKind(
    name="us-trademark",
    title="Trademark report to a platform",
    legal_basis="Lanham Act (15 USC ch. 22), which knows no notice procedure; the platform's rules",
    rights=frozenset({"trademark"}),
    territory=frozenset({"US"}),
    deadline="the platform's own; the law names none",
    subjects={
        "en": (
            "Trademark report: {{ count }} {{ 'listing' if count == 1 else 'listings' }}"
            " on {{ case.site }}"
        ),
        "zh-CN": "商标权投诉：{{ case.site }}，{{ count }}个商品链接",
    },
    required=(
        right_named(_PRACTICE),
        *registered(_PRACTICE),
        fact("right.classes", "Nice classes of the registration, or its goods", _PRACTICE, "goods"),
        owner_named(_PRACTICE),
        listing_url("Tiffany v. eBay, 600 F.3d 93 (2d Cir. 2010): knowledge of specific listings"),
        findings(_PRACTICE),
        fact("sender.name", "name of the person who signs", _PRACTICE),
        fact("sender.signature", "signature as typed, e.g. /s/ Li Wei", _PRACTICE),
        fact("sender.address", "postal address of the sender", _PRACTICE),
        fact("sender.phone", "telephone number of the sender", _PRACTICE),
        fact("sender.email", "e-mail address of the sender", _PRACTICE),
        mandate(_PRACTICE),
        *recipient(_PRACTICE, "the platform's desk for reports"),
    ),
    declarations=(
        Declaration(
            name="good faith",
            basis=_PRACTICE,
            words={"en": "I have a good faith belief that", "zh-CN": "通知人善意相信"},
        ),
        Declaration(
            name="accuracy",
            basis=_PRACTICE,
            words={"en": "The information in this report is accurate", "zh-CN": "所载信息准确"},
        ),
    ),
    deadlines=("SHOPIFY_TM",),
    considerations=("referential", "exhaustion"),
    unconfirmed=(
        "state torts that a wrong report may be: tortious interference, unfair competition",
    ),
)
