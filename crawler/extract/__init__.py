"""Page -> listing, structured data first.

The layers, in the order in which they are believed, each noted per field in ``Listing.layers``:
``json-ld``, ``microdata``, ``rdfa``, ``opengraph``, ``page`` (careful heuristics where no data
names a product), and ``canonical`` for a URL taken from ``<link rel=canonical>``.
"""

from crawler.extract.reading import PageReading, parse_listing, parse_page

__all__ = ["PageReading", "parse_listing", "parse_page"]
