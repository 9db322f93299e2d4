"""Copyright in China: the Regulations on the right of communication through information networks.

Articles 14 to 17 and 24, read in their text of 2006 with the amendments of 2013.
"""

from __future__ import annotations

from pipelines.takedown.kinds.asked import fact, findings, listing_url, mandate, recipient
from pipelines.takedown.kinds.record import Declaration, NoticeKind

_ART_14 = "Information Network Regulations, Article 14"

CN_COPYRIGHT = NoticeKind(
    name="cn-copyright",
    title="Written notice to remove a work or a link to it",
    legal_basis="Information Network Regulations of China, Article 14"
    "（信息网络传播权保护条例第十四条）",
    rights=frozenset({"work"}),
    territory=None,
    deadline="at once (立即, Information Network Regulations, Article 15)",
    subjects={
        "zh-CN": (
            "侵害信息网络传播权通知书（《信息网络传播权保护条例》第十四条）：{{ case.site }}，"
            "{{ count }}个链接"
        ),
        "en": (
            "Written notice, Information Network Regulations of China, Article 14: "
            "{{ count }} {{ 'link' if count == 1 else 'links' }} on {{ case.site }}"
        ),
    },
    required=(
        fact("right.holder.name", "name of the owner", f"{_ART_14}(1)"),
        fact("right.holder.address", "address of the owner", f"{_ART_14}(1)"),
        fact(
            "right.holder.email",
            "how the owner can be reached: e-mail or telephone",
            f"{_ART_14}(1)",
            "holder.phone",
        ),
        fact("right.name", "title of the work", f"{_ART_14}(2)"),
        listing_url(f"{_ART_14}(2)"),
        findings(f"{_ART_14}(3)"),
        fact("sender.name", "name of the sender", _ART_14),
        mandate(_ART_14),
        *recipient(_ART_14, "the network service provider that receives the notice"),
    ),
    declarations=(
        Declaration(
            name="truth",
            basis=f"{_ART_14}, last sentence",
            words={
                "en": "The owner answers for the truth of this notice",
                "zh-CN": "权利人对本通知书的真实性负责",
            },
        ),
    ),
    deadlines=("CN_RTC_17",),
    considerations=("exceptions",),
)
