"""Geographical indications in China, by a notice of the E-Commerce Law."""

from __future__ import annotations

from dataclasses import replace

from pipelines.takedown.kinds.asked import fact
from pipelines.takedown.kinds.cn_ecommerce import CN_ECOMMERCE
from pipelines.takedown.kinds.record import NoticeKind

_ART_16 = "Trademark Law (2019), Article 16"

CN_GI: NoticeKind = replace(
    CN_ECOMMERCE,
    name="cn-gi",
    title="Notice of misuse of a geographical indication to a platform",
    legal_basis="Civil Code of China, Articles 123(2)(4) and 1195; Trademark Law, Article 16;"
    " E-Commerce Law, Article 42（民法典第一百二十三条、第一千一百九十五条，商标法第十六条，"
    "电子商务法第四十二条）",
    rights=frozenset({"geographical_indication"}),
    subjects={
        "zh-CN": "地理标志侵权通知（电子商务法第四十二条）：{{ case.site }}，{{ count }}个商品链接",
        "en": (
            "Notice of misuse of a geographical indication, E-Commerce Law of China, Article 42:"
            " {{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
        ),
    },
    required=(
        *(one for one in CN_ECOMMERCE.required if one.name != "right.name"),
        fact("right.name", "the indication as registered", _ART_16),
        fact("right.origin", "the places from which its goods may come", _ART_16),
        fact("right.goods", "the goods for which it is registered", _ART_16),
    ),
    considerations=("origin",),
    unconfirmed=(
        *CN_ECOMMERCE.unconfirmed,
        "the rules on products of geographical indication (CNIPA order 80 of 2023); the text does"
        " not cite them",
        "the numbers of the articles after a revision of the Trademark Law of 2019",
    ),
)
