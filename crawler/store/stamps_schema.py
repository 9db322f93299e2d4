"""Tables of the ledger's stamps."""

STAMPS = """
CREATE TABLE stamps (
    id TEXT PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    root TEXT NOT NULL,
    statement TEXT NOT NULL,
    anchors TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE UNIQUE INDEX stamps_by_last ON stamps (last);
CREATE TABLE stamp_receipts (
    stamp TEXT NOT NULL REFERENCES stamps(id),
    number INTEGER NOT NULL,
    anchor TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    problem TEXT,
    gen_time TEXT,
    files TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number),
    PRIMARY KEY (stamp, number)
) STRICT
"""
