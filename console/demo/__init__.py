"""The sample shop, its registry and its pictures: everything that ``markhound demo`` shows."""

from console.demo.catalogue import expected_hits, load_catalogue, not_expected
from console.demo.registry import load_rights, write_registry
from console.demo.shop import DemoShop

__all__ = [
    "DemoShop",
    "expected_hits",
    "load_catalogue",
    "load_rights",
    "not_expected",
    "write_registry",
]
