"""Tables of reviewing: what people prefer, which hits are looked at a second time, and by whom."""

PREFERENCES = """
CREATE TABLE preferences (
    account TEXT PRIMARY KEY REFERENCES accounts(id),
    record TEXT NOT NULL CHECK (json_type(record) = 'object')
) STRICT, WITHOUT ROWID
"""
"""No record: what somebody finds handy, of which only the newest is kept."""
