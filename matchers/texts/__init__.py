"""Passages of protected texts, found again in the texts of pages."""
