from __future__ import annotations

from benchmarks.tricky import format_mistakes, format_table, match_pair

PAIRS = [
    {"title": "Aurelio bag replica", "mark": "Aurelio", "infringing": True, "kind": "plain"},
    {"title": "Case for Aurelio", "mark": "Aurelio", "infringing": False, "kind": "referential"},
    {"title": "奥雷利奥 女包", "mark": "Aurelio", "infringing": True, "kind": "zh"},
]


def test_a_mark_is_known_by_its_variants_too() -> None:
    assert not match_pair(PAIRS[2], ()).flagged
    assert match_pair(PAIRS[2], ("奥雷利奥",)).flagged


def test_flagged_by_kind_and_mistakes() -> None:
    outcomes = [match_pair(pair, ()) for pair in PAIRS]
    lines = format_table(outcomes).splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["plain", "1/1"],
        ["referential", "0/1"],
        ["zh", "0/1"],
        ["all", "1/2"],
    ]
    assert format_mistakes(outcomes).splitlines()[0].startswith("missed       zh")
