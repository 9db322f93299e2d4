"""Compiling the matcher: said before a command waits for it, and done ahead by ``make setup``."""

from __future__ import annotations

from importlib import import_module

from console.context import people


def tell_compiling() -> None:
    """Say on stderr that the first search will have to wait until the matcher is compiled."""
    # Loaded when asked for, as the commands are.
    compiled = import_module("matchers.index.compiled")
    if not compiled.needs_compiling():
        return
    once = "once" if compiled.find_cache() is not None else "each time, as nowhere can it be kept"
    people().print(f"Compiling the matcher for this version; about a minute, {once}.")


def compile_matcher() -> None:
    """Compile what searches run, and make the tables of words, unless they are kept already."""
    tell_compiling()
    import_module("matchers.marks").MarkIndex([(0, "Aurelio")]).find("Aurelio bag")
    import_module("matchers.index.readings").find_readings("Aurelio bag")
    words = import_module("matchers.wordlists")
    for find in (words.is_known, words.is_worldwide, words.are_words):
        find("aurelio")


if __name__ == "__main__":
    compile_matcher()
