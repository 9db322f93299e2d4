"""The United Kingdom: information about a right and a listing, without a threat."""

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

_REG_22 = "Electronic Commerce (EC Directive) Regulations 2002, regulation 22"

UK = NoticeKind(
    name="uk",
    title="Information about a right and listings",
    legal_basis="Electronic Commerce (EC Directive) Regulations 2002, regulations 19 and 22",
    rights=frozenset({"trademark", "design", "work"}),
    territory=frozenset({"GB"}),
    deadline="none is named by the law",
    subjects={
        "en": (
            "Information about {{ 'a right' if rights | length == 1 else 'rights' }} and "
            "{{ 'a listing' if count == 1 else count ~ ' listings' }} on {{ case.site }}"
        ),
        "zh-CN": "关于权利和商品链接的情况说明：{{ case.site }}，{{ count }}个商品链接",
    },
    required=(
        fact("sender.name", "full name of the sender", _REG_22),
        fact("sender.address", "postal address of the sender", _REG_22),
        fact("sender.email", "e-mail address of the sender", _REG_22),
        mandate("who acts for whom must be plain"),
        listing_url(_REG_22),
        right_named(_REG_22),
        *registered(_REG_22),
        owner_named(_REG_22),
        findings(_REG_22),
        *recipient(
            "Electronic Commerce (EC Directive) Regulations 2002, regulation 6(1)(c)",
            "the provider's contact",
        ),
    ),
    declarations=(
        Declaration(
            name="accuracy",
            basis="good practice; no provision asks for it",
            words={
                "en": "the information in this letter is accurate to the best of my knowledge",
                "zh-CN": "据通知人所知，本函所载信息准确",
            },
        ),
    ),
    considerations=("unjustified-threats", "referential", "exhaustion", "exceptions"),
    needs_legal=True,
    unconfirmed=(
        "the wording of regulation 22 of the 2002 Regulations",
        "that copyright knows no action for unjustified threats (Trade Marks Act 1994, sections 21"
        " to 21F, and the like for designs and patents)",
    ),
)
