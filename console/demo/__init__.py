"""The sample shop, its registry and its pictures."""
