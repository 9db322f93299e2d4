"""What goes with a notice besides its text: PDF, table of listings, reports for machines.

Every attachment is the same bytes for the same notice, hits, sender and font, so what was approved
can be told from what is sent by digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.store.hits import StoredHit
from crawler.takedown import Notice, Sender
from pipelines.takedown.exhibits import exhibits_of, number_listings
from pipelines.takedown.kinds.host_abuse import HOST_ABUSE
from pipelines.takedown.layout import exact_url, make_visible
from pipelines.takedown.pdf import draw_pdf
from pipelines.takedown.tables import write_table
from pipelines.takedown.xarf import xarf_reports
from pipelines.typesetting import PaperFont

PDF = "application/pdf"
COLUMNS = (
    "notice",
    "listing",
    "url",
    "title",
    "seller",
    "seller id",
    "price",
    "currency",
    "first seen (UTC)",
    "last seen (UTC)",
    "right",
    "right name",
    "office",
    "registration",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """One file that goes with a notice."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Digest of the data, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def is_pdf(attachment: Attachment) -> bool:
    """Tell whether it is the notice as a PDF."""
    return attachment.media_type == PDF


def attachments_of(
    notice: Notice, hits: Sequence[StoredHit], sender: Sender, font: PaperFont | None
) -> list[Attachment]:
    """Return what goes with the notice.

    :param hits: those of the notice, in its order (``crawler.store.notices.load_noticed_hits``)
    :param font: of the PDF (``pipelines.typesetting.find_paper_font``); without one there is
        none, nor of a notice of an older version
    :raises InputError: when a report for machines cannot be made
    """
    attached = []
    if font is not None and notice.paper:
        data = draw_pdf(notice, exhibits_of(hits), font)
        name = f"{notice.id}.pdf"
        attached.append(Attachment(name=name, media_type=PDF, data=data))
    table = listings_csv(notice, hits)
    attached.append(Attachment(name="listings.csv", media_type="text/csv", data=table))
    if notice.kind == HOST_ABUSE.name:
        reports = xarf_reports(notice, hits, sender)
        names = ["xarf.json"] if len(reports) == 1 else _numbered(len(reports))
        attached += [
            Attachment(name=name, media_type="application/json", data=report)
            for name, report in zip(names, reports, strict=True)
        ]
    return attached


def _numbered(count: int) -> list[str]:
    width = len(str(count))
    return [f"xarf-{number:0{width}}.json" for number in range(1, count + 1)]


def listings_csv(notice: Notice, hits: Sequence[StoredHit]) -> bytes:
    """Return the listings of a notice as CSV, one row for each listing and right."""
    numbers = number_listings(hits)
    rows = []
    for stored in hits:
        listing, right = stored.listing, stored.right
        rows.append(
            [
                notice.id,
                str(numbers[listing.url]),
                exact_url(listing.url),
                make_visible(listing.title),
                make_visible((listing.seller and listing.seller.name) or ""),
                make_visible((listing.seller and listing.seller.id) or ""),
                "" if listing.price is None else str(listing.price),
                listing.currency or "",
                f"{stored.first_seen_at:%Y-%m-%d %H:%M}",
                f"{stored.seen_at:%Y-%m-%d %H:%M}",
                right.id,
                make_visible(right.name or ""),
                make_visible(right.office or ""),
                make_visible(right.registration or ""),
            ]
        )
    return write_table(COLUMNS, rows)
