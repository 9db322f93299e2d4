"""Page -> listing, structured data first.

The layers, in the order in which they are believed, each noted per field in ``Listing.layers``:
``json-ld``, ``microdata``, ``rdfa``, ``opengraph``, ``state`` (JSON for the page's scripts),
``page`` (what people read: careful heuristics where no data names a product, and for the fields
that the data does not give); then ``canonical`` for a URL from ``<link rel=canonical>``, ``url``
for an article number that stands in the address and in the page, and ``assumed`` for the
availability of a thing with a price where nothing is said against it. Some fields go the other
way: an article number that the page shows to people, the last bid of an auction, a brand beside a
label where the data gives the name of the site, and words that a thing is out of stock where every
control to buy it is switched off.

A page that is no listing is read by ``webpage``: its text, pictures and links to files.
"""

from crawler.extract.document import is_plain_text, page_of, saved_page
from crawler.extract.kinds import describe_page
from crawler.extract.reading import PageReading, parse_listing, parse_page
from crawler.extract.webpage import find_page, limits_of, text_page

__all__ = [
    "PageReading",
    "describe_page",
    "find_page",
    "is_plain_text",
    "limits_of",
    "page_of",
    "parse_listing",
    "parse_page",
    "saved_page",
    "text_page",
]
