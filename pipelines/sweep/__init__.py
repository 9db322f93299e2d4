"""Scrapy item pipelines: validate, pictures, match, record."""
