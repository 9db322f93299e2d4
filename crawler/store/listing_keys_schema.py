"""Tables by which listings are found that share a seller, a picture or words.

No records: they are made from the sightings, and can be made anew.
"""

TABLES = """
CREATE TABLE listing_keys (
    key INTEGER NOT NULL,
    listing TEXT NOT NULL REFERENCES listings(id),
    PRIMARY KEY (key, listing)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_keys_by_listing ON listing_keys (listing);
CREATE TABLE listing_keys_read (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sighting INTEGER NOT NULL
) STRICT
"""
