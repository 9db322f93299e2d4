"""The only SQL: one file per area over one SQLite database (sqlite-utils)."""
