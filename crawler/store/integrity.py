"""Whether a database is whole, asked without writing to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

MOST_FAULTS = 5


def find_faults(database: Path, *, full: bool = False, references: bool = False) -> list[str]:
    """Return up to five things that are wrong with a database.

    SQLite's ``quick_check`` reads every page once; ``integrity_check`` compares each index with
    its table too, and takes several times as long.

    :param full: by ``integrity_check``
    :param references: whether each row that another one names is there
    """
    check = "integrity_check" if full else "quick_check"
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as db:
            found = [str(row[0]) for row in db.execute(f"PRAGMA {check}({MOST_FAULTS})")]
            if found == ["ok"]:
                found = []
            rows = db.execute("PRAGMA foreign_key_check") if references and not found else []
            for table, row, parent, _ in rows:
                found.append(f"row {row} of {table} names a row of {parent} that is not there")
                if len(found) == MOST_FAULTS:
                    break
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    return found
