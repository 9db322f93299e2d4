"""Names that can be told apart, and passphrases that take time to guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.accounts import (
    check_passphrase,
    hash_passphrase,
    is_passphrase,
    new_token,
    parse_name,
    sameness,
    token_digest,
)
from crawler.errors import InputError


def alike(one: str, other: str) -> bool:
    return any(a == b for a, b in zip(sameness(one), sameness(other), strict=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "anna"),
        ("Anna", "Аnnа"),  # Cyrillic
        ("Ann Lee", "AnnLee"),
        ("Ivan", "lvan"),
        ("Marnie", "Mamie"),
        ("Ｌｉ", "Li"),
        ("张伟1", "张伟l"),
    ],
)
def test_names_that_look_alike_are_one(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "Hanna"), ("张伟", "张玮"), ("José", "Jose"), ("Li Wei", "Li Wen")]
)
def test_other_names_are_others(one: str, other: str) -> None:
    assert not alike(one, other)


def test_a_name_has_one_form() -> None:
    assert parse_name("  Ame\u0301lie   Roux ") == "Am\u00e9lie Roux"
    assert parse_name("张伟（法务）") == "张伟（法务）"


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[2J", "a\u202eb", "a\u200bb", "x\ny", "字" * 81])
def test_names_that_cannot_be_seen_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="expected a name"):
        parse_name(name)


@given(st.text(max_size=90))
def test_a_parsed_name_stays_as_it_is(text: str) -> None:
    try:
        name = parse_name(text)
    except InputError:
        return
    assert parse_name(name) == name
    assert name.isprintable()


@pytest.mark.parametrize(
    "passphrase", ["short", "a" * 40, "ababababababab"[:12], "Anna-Maria Roux"]
)
def test_weak_passphrases_are_refused_without_being_told(passphrase: str) -> None:
    with pytest.raises(InputError) as refused:
        check_passphrase(passphrase, "anna-maria roux")
    assert passphrase not in str(refused.value)


def test_a_hash_is_of_its_passphrase_alone() -> None:
    hashed = hash_passphrase("好好学习天天向上 2026 ok", "Li")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_passphrase(hashed, "好好学习天天向上 2026 ok")
    assert not is_passphrase(hashed, "好好学习天天向上 2026 OK")


def test_of_a_token_only_the_digest_is_needed() -> None:
    one, other = new_token(), new_token()
    assert one != other
    assert len(token_digest(one)) == 64
