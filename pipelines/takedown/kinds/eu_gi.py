"""Geographical indications in the European Union, by a notice of the Digital Services Act."""

from __future__ import annotations

from dataclasses import replace

from crawler.territories import EU_CODES
from pipelines.takedown.kinds.asked import fact, findings
from pipelines.takedown.kinds.dsa import DSA
from pipelines.takedown.kinds.record import NoticeKind

_PROTECTION = "Regulation (EU) 2024/1143, Article 26(1); Article 16(2)(a)"

EU_GI: NoticeKind = replace(
    DSA,
    name="eu-gi",
    title="Notice of illegal content: geographical indication",
    legal_basis="Regulation (EU) 2024/1143, Article 26, or Regulation (EU) 2023/2411 for craft and"
    " industrial products; Regulation (EU) 2022/2065, Article 16",
    rights=frozenset({"geographical_indication"}),
    territory=EU_CODES,
    subjects={
        "en": (
            "Notice of illegal content, use of a geographical indication: "
            "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
        ),
        "zh-CN": "非法内容通知（地理标志）：{{ case.site }}，{{ count }}个商品链接",
    },
    required=(
        *(one for one in DSA.required if one.name not in {"right.name", "hit.findings"}),
        findings(_PROTECTION),
        fact("right.name", "the indication as registered", _PROTECTION),
        fact("right.origin", "the places from which its goods may come", _PROTECTION),
        fact("right.goods", "the goods for which it is registered", _PROTECTION),
    ),
    considerations=("origin",),
    unconfirmed=(
        "the article of Regulation (EU) 2024/1143 by which information on sales that breaches the"
        " protection is illegal content (42 or 43); the text cites Article 26 alone",
        "the articles of Regulation (EU) 2023/2411; the text cites the regulation alone",
    ),
)
