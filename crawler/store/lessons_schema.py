"""Table of what people taught, which no import of a registry file undoes."""

TABLES = """
CREATE TABLE lessons (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('licensee', 'generic')),
    right_id TEXT NOT NULL REFERENCES rights(id),
    value TEXT NOT NULL CHECK (json_type(value) = 'object'),
    undoes TEXT UNIQUE REFERENCES lessons(id),
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX lessons_by_right ON lessons (right_id)
"""

UNDOING = """
CREATE TRIGGER lessons_undo_what_was_taught BEFORE INSERT ON lessons
WHEN NEW.undoes IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM lessons WHERE id = NEW.undoes AND undoes IS NULL
        AND kind = NEW.kind AND right_id = NEW.right_id AND value = NEW.value)
BEGIN SELECT RAISE(ABORT, 'what undoes a lesson repeats it, and is undone by none'); END
"""
