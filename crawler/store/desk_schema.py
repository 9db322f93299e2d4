"""Tables and indexes of cases and of the notices desk: who offers what, and by what it is known."""

TABLES = """
CREATE TABLE seller_listings (
    seller TEXT NOT NULL,
    listing TEXT NOT NULL REFERENCES listings(id),
    PRIMARY KEY (seller, listing)
) STRICT, WITHOUT ROWID;
CREATE INDEX seller_listings_by_listing ON seller_listings (listing);
CREATE TABLE seller_contacts (
    contact TEXT NOT NULL,
    seller TEXT NOT NULL,
    listing TEXT NOT NULL REFERENCES listings(id),
    PRIMARY KEY (contact, seller)
) STRICT, WITHOUT ROWID;
CREATE INDEX seller_contacts_by_seller ON seller_contacts (seller);
CREATE INDEX cases_by_opening ON cases (opened_at, id);
CREATE INDEX case_hits_by_hit ON case_hits (hit);
CREATE INDEX notices_by_case ON notices (case_id, id);
CREATE INDEX notice_hits_by_hit ON notice_hits (hit);
CREATE INDEX judgements_by_decision ON judgements (decision);
CREATE INDEX relistings_by_finding ON relistings (found_at, id)
"""

RECORDS = ("seller_listings", "seller_contacts")
"""Read off sightings when these are recorded, and kept as they were."""
