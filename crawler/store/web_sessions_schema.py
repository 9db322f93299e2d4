"""Tables of the console's sessions: who is signed in, which is no record and ends by itself."""

from __future__ import annotations

SESSIONS = """
CREATE TABLE web_sessions (
    sha256 TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id),
    begun_at TEXT NOT NULL,
    used_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX web_sessions_by_account ON web_sessions (account);
"""
