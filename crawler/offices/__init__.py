"""Registers as the offices deliver them, read as rights: XML, tables, and ZIP files of both."""
