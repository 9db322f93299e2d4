"""Hosts and registrars: a report to the abuse desk, with XARF 4 beside the text."""

from __future__ import annotations

from dataclasses import replace

from pipelines.takedown.facts import ALL_RIGHTS, REGISTERED
from pipelines.takedown.kinds.asked import (
    fact,
    findings,
    listing_url,
    mandate,
    owner_named,
    recipient_online,
    registered,
    right_named,
)
from pipelines.takedown.kinds.record import Declaration, NoticeKind

_XARF = "XARF 4.2"
_TERMS = "the provider's terms of use"

HOST_ABUSE = NoticeKind(
    name="host-abuse",
    title="Report to the abuse desk of a host or registrar",
    legal_basis="the terms of use of the host or registrar; no statute",
    rights=ALL_RIGHTS,
    territory=None,
    deadline="the provider's own; the law names none",
    subjects={
        "en": (
            "Abuse report: use of protected rights, "
            "{{ count }} {{ 'page' if count == 1 else 'pages' }} on {{ case.site }}"
        ),
        "zh-CN": "滥用举报：涉嫌使用受保护的权利，{{ case.site }}，{{ count }}个页面",
    },
    required=(
        right_named(_TERMS),
        *registered(_TERMS),
        owner_named(_XARF),
        replace(
            fact("right.holder.website", "address of the owner's own website", _XARF),
            rights=REGISTERED,
        ),
        listing_url(_XARF),
        findings(_TERMS),
        fact("sender.name", "name of the sender", _TERMS),
        fact("sender.email", "e-mail address of the sender", _XARF),
        mandate(_TERMS),
        *recipient_online(_TERMS, "the provider's abuse desk"),
    ),
    declarations=(
        Declaration(
            name="accuracy",
            basis="good practice; no provision asks for it",
            words={
                "en": "The information in this report is accurate to the best of my knowledge",
                "zh-CN": "据通知人所知，本举报所载信息准确",
            },
        ),
    ),
    considerations=("referential", "exhaustion", "exceptions", "origin"),
)
