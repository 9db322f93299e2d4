"""Listing x registry -> Hit: pure functions, no Scrapy, no network."""
