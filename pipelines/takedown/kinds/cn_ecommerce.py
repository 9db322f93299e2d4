"""All rights in China: the E-Commerce Law and the Civil Code."""

from __future__ import annotations

from pipelines.takedown.facts import ALL_RIGHTS
from pipelines.takedown.kinds.asked import (
    fact,
    findings,
    listing_url,
    mandate,
    recipient,
    registered,
    right_named,
)
from pipelines.takedown.kinds.record import Declaration, NoticeKind

_ART_42 = "E-Commerce Law, Article 42"
_ART_1195 = "Civil Code, Article 1195"

TRUTH = Declaration(
    name="truth, and knowledge that a wrong notice is answered for",
    basis="Civil Code, Article 1195(3); E-Commerce Law, Article 42(3)",
    words={
        "en": "The content of this notice and the information with it are true and accurate",
        "zh-CN": "本通知所述内容及所附信息真实、准确",
    },
)

CN_ECOMMERCE = NoticeKind(
    name="cn-ecommerce",
    title="Notice of infringement of intellectual property to a platform",
    legal_basis="E-Commerce Law of China, Article 42; Civil Code, Article 1195"
    "（电子商务法第四十二条、民法典第一千一百九十五条）",
    rights=ALL_RIGHTS,
    territory=frozenset({"CN"}),
    deadline="timely (及时, E-Commerce Law, Article 42); the law names no number of days",
    subjects={
        "zh-CN": "知识产权侵权通知（电子商务法第四十二条）：{{ case.site }}，{{ count }}个商品链接",
        "en": (
            "Notice of infringement of intellectual property, E-Commerce Law of China, Article 42:"
            " {{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
        ),
    },
    required=(
        findings(_ART_42),
        right_named(_ART_42),
        *registered(_ART_42),
        listing_url(_ART_42),
        fact("right.holder.name", "true identity of the owner: name", _ART_1195),
        fact("right.holder.country", "true identity of the owner: country", _ART_1195),
        fact("right.holder.address", "true identity of the owner: address", _ART_1195),
        fact(
            "right.holder.email",
            "how the owner can be reached: e-mail or telephone",
            _ART_1195,
            "holder.phone",
        ),
        fact("sender.name", "name of the sender", _ART_1195),
        fact("sender.identity", "identity document or business licence number", _ART_1195),
        fact("sender.address", "postal address of the sender", _ART_1195),
        fact("sender.phone", "telephone number of the sender", _ART_1195),
        mandate(_ART_1195),
        *recipient(_ART_42, "the platform that receives the notice"),
    ),
    declarations=(TRUTH,),
    deadlines=("CN_ECL_43",),
    considerations=("referential", "exhaustion", "exceptions", "origin"),
    unconfirmed=(
        "whether Article 43 of the E-Commerce Law was amended (draft of 2021: 20 working days)",
        "the written guarantee of truth by the Guiding Opinions Fa Fa [2020] 32, Article 5",
    ),
)
