"""Copyright in the United States: 17 USC 512."""

from __future__ import annotations

from pipelines.takedown.kinds.asked import fact, findings, listing_url, mandate, owner_named
from pipelines.takedown.kinds.record import Declaration, NoticeKind

_NOTICE = "17 USC 512(c)(3)(A)"

DMCA = NoticeKind(
    name="dmca",
    title="Notice of claimed copyright infringement",
    legal_basis="17 USC 512(c)(3)",
    rights=frozenset({"work"}),
    territory=None,
    deadline="expeditiously (17 USC 512(c)(1)(C)); the law names no number of days",
    subjects={
        "en": (
            "Notice of claimed copyright infringement, 17 USC 512(c)(3): "
            "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
        ),
        "zh-CN": (
            "著作权侵权通知（《美国法典》第17编第512(c)(3)条）：{{ case.site }}，"
            "{{ count }}个商品链接"
        ),
    },
    required=(
        fact("sender.name", "name of the person who signs", f"{_NOTICE}(i)"),
        fact("sender.signature", "signature as typed, e.g. /s/ Li Wei", f"{_NOTICE}(i)"),
        fact("right.name", "title of the work", f"{_NOTICE}(ii)"),
        listing_url(f"{_NOTICE}(iii)"),
        fact("sender.address", "postal address of the sender", f"{_NOTICE}(iv)"),
        fact("sender.phone", "telephone number of the sender", f"{_NOTICE}(iv)"),
        findings(f"{_NOTICE}(v)"),
        owner_named(f"{_NOTICE}(vi)"),
        mandate(f"{_NOTICE}(vi)"),
        fact("recipient.name", "the provider's designated agent", "17 USC 512(c)(2)"),
        fact(
            "recipient.email",
            "where the designated agent takes notices: e-mail, form or postal address",
            "17 USC 512(c)(2)",
            "portal",
            "address",
        ),
    ),
    declarations=(
        Declaration(
            name="fair use considered",
            basis="Lenz v. Universal Music Corp., 815 F.3d 1145 (9th Cir. 2016)",
            words={"en": "I have considered whether", "zh-CN": "通知人已考虑"},
        ),
        Declaration(
            name="good faith",
            basis=f"{_NOTICE}(v)",
            words={"en": "I have a good faith belief that", "zh-CN": "通知人善意相信"},
        ),
        Declaration(
            name="accuracy",
            basis=f"{_NOTICE}(vi)",
            words={
                "en": "The information in this notice is accurate",
                "zh-CN": "本通知所载信息准确",
            },
        ),
        Declaration(
            name="authority, under penalty of perjury",
            basis=f"{_NOTICE}(vi)",
            words={
                "en": "Under penalty of perjury: I am authorised",
                "zh-CN": "通知人愿受伪证罪处罚之约束，声明其有权代表",
            },
        ),
    ),
    deadlines=("DMCA_COUNTER",),
    considerations=("fair-use",),
)
