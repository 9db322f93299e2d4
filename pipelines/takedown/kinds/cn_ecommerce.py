"""All rights in China: the E-Commerce Law and the Civil Code."""

from __future__ import annotations

from pipelines.takedown.facts import ALL_RIGHTS
from pipelines.takedown.kinds.asked import (
    fact,
    findings,
    listing_url,
    mandate,
    registered,
    right_named,
)
from pipelines.takedown.kinds.record import NoticeKind

_ART_42 = "E-Commerce Law, Article 42"
_ART_1195 = "Civil Code, Article 1195"

CN_ECOMMERCE = NoticeKind(
    name="cn-ecommerce",
    title="知识产权侵权通知",
    legal_basis="中华人民共和国电子商务法第四十二条、中华人民共和国民法典第一千一百九十五条",
    rights=ALL_RIGHTS,
    territory=frozenset({"CN"}),
    deadline="及时（电子商务法第四十二条）；法律未规定天数",
    languages=("zh-CN",),
    wording="zh",
    subject="知识产权侵权通知（电子商务法第四十二条）：{{ case.site }}，{{ count }}个商品链接",
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
        fact("recipient.name", "the platform that receives the notice", _ART_42),
        fact(
            "recipient.email",
            "where the platform takes notices: e-mail, complaint form or postal address",
            _ART_42,
            "portal",
            "address",
        ),
    ),
)
