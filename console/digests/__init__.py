"""Digests in words: as text, as mail in HTML, as JSON, in both languages."""
