"""Tables of draws by lot: from what was drawn, what, for whom, and what inspections found."""

TABLES = """
CREATE TABLE draw_seeds (
    sha256 TEXT PRIMARY KEY,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE draws (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('file', 'sites', 'campaign', 'rejects')),
    purpose TEXT NOT NULL,
    seed TEXT NOT NULL CHECK (seed <> ''),
    seed_from TEXT NOT NULL CHECK (seed_from IN ('given', 'published', 'drawn')),
    size INTEGER NOT NULL CHECK (size > 0),
    each INTEGER NOT NULL CHECK (each > 0),
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE TABLE draw_names (
    draw TEXT NOT NULL REFERENCES draws(id),
    role TEXT NOT NULL CHECK (role IN ('target', 'inspector')),
    name TEXT NOT NULL,
    PRIMARY KEY (draw, role, name)
) STRICT;
CREATE TABLE draw_conflicts (
    draw TEXT NOT NULL REFERENCES draws(id),
    inspector TEXT NOT NULL,
    target TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    PRIMARY KEY (draw, inspector, target)
) STRICT;
CREATE TABLE drawn (
    draw TEXT NOT NULL REFERENCES draws(id),
    place INTEGER NOT NULL,
    target TEXT NOT NULL,
    inspector TEXT NOT NULL,
    PRIMARY KEY (draw, place, inspector)
) STRICT;
CREATE INDEX drawn_by_target ON drawn (draw, target);
CREATE TABLE inspections (
    id INTEGER PRIMARY KEY,
    draw TEXT NOT NULL REFERENCES draws(id),
    target TEXT NOT NULL,
    inspector TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN
        ('in_order', 'infringement', 'doubtful', 'not_inspected')),
    words TEXT NOT NULL,
    by TEXT NOT NULL,
    account TEXT REFERENCES accounts(id),
    at TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger(number)
) STRICT;
CREATE INDEX inspections_by_draw ON inspections (draw, target, id);
"""

RECORDS = ("draw_seeds", "draws", "draw_names", "draw_conflicts", "drawn", "inspections")
NEVER_REPLACED = {
    "draw_seeds": ("sha256",),
    "draws": ("id",),
    "draw_names": ("draw+role+name",),
    "draw_conflicts": ("draw+inspector+target",),
    "drawn": ("draw+place+inspector",),
    "inspections": ("id",),
}
"""As ``accounts_schema.NEVER_REPLACED``."""

BY_LOT = """
CREATE TRIGGER inspections_are_by_lot BEFORE INSERT ON inspections
WHEN NOT EXISTS (SELECT 1 FROM drawn WHERE draw = NEW.draw AND target = NEW.target
    AND inspector = NEW.inspector)
BEGIN SELECT RAISE(ABORT, 'only who was drawn for a target records its inspection'); END
"""
"""The draw is recorded before the look: nobody can record one for which nobody was drawn."""
