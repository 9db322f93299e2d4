"""Copyright in the United States: 17 USC 512."""

from __future__ import annotations

from pipelines.takedown.kinds.asked import fact, findings, listing_url, mandate
from pipelines.takedown.kinds.record import NoticeKind

DMCA = NoticeKind(
    name="dmca",
    title="Notice of claimed copyright infringement",
    legal_basis="17 USC 512(c)(3)",
    rights=frozenset({"work"}),
    territory=None,
    deadline="expeditiously (17 USC 512(c)(1)(C)); the law names no number of days",
    languages=("en",),
    wording="en",
    subject=(
        "Notice of claimed copyright infringement, 17 USC 512(c)(3): "
        "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
    ),
    required=(
        fact("sender.name", "name of the person who signs", "17 USC 512(c)(3)(A)(i)"),
        fact("sender.signature", "signature as typed, e.g. /s/ Li Wei", "17 USC 512(c)(3)(A)(i)"),
        fact("right.name", "title of the work", "17 USC 512(c)(3)(A)(ii)"),
        listing_url("17 USC 512(c)(3)(A)(iii)"),
        fact("sender.address", "postal address of the sender", "17 USC 512(c)(3)(A)(iv)"),
        fact("sender.phone", "telephone number of the sender", "17 USC 512(c)(3)(A)(iv)"),
        findings("17 USC 512(c)(3)(A)(v)"),
        fact("right.holder.name", "owner of the right", "17 USC 512(c)(3)(A)(vi)"),
        mandate("17 USC 512(c)(3)(A)(vi)"),
        fact("recipient.name", "the provider's designated agent", "17 USC 512(c)(2)"),
        fact(
            "recipient.email",
            "where the designated agent takes notices: e-mail, form or postal address",
            "17 USC 512(c)(2)",
            "portal",
            "address",
        ),
    ),
)
