"""Optimal string alignment: replaced, missing and added letters, and swapped neighbours."""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled


@compiled
def _are_same(left: Buffer, a: int, a_end: int, right: Buffer, b: int) -> bool:
    """Whether as many letters from ``b`` on are those of ``left[a:a_end]``."""
    for i in range(a_end - a):
        if left[a + i] != right[b + i]:
            return False
    return True


@compiled
def _are_one_apart(left: Buffer, a: int, a_end: int, right: Buffer, b: int, b_end: int) -> bool:
    """Whether one edit at the front is enough; their first letters differ, or one has none."""
    n, m = a_end - a, b_end - b
    if n == m + 1:
        return _are_same(left, a + 1, a_end, right, b)
    if m == n + 1:
        return _are_same(left, a, a_end, right, b + 1)
    if n != m:
        return False
    if _are_same(left, min(a + 1, a_end), a_end, right, b + 1):
        return True
    return n > 1 and (
        left[a] == right[b + 1]
        and left[a + 1] == right[b]
        and _are_same(left, a + 2, a_end, right, b + 2)
    )


@compiled
def _are_two_apart(left: Buffer, a: int, a_end: int, right: Buffer, b: int, b_end: int) -> bool:
    """Whether two edits are enough: one at the front, where they differ, and one after it.

    Letters that are the same at the front of both are never edited in one of the shortest ways, so
    each edit stands where the two differ first: replaced, left out, added or swapped.
    """
    for edit in range(4):
        i = a + (0 if edit == 2 else 2 if edit == 3 else 1)
        j = b + (0 if edit == 1 else 2 if edit == 3 else 1)
        if i > a_end or j > b_end or abs((a_end - i) - (b_end - j)) > 1:
            continue
        if edit == 3 and not (left[a] == right[b + 1] and left[a + 1] == right[b]):
            continue
        while i < a_end and j < b_end and left[i] == right[j]:
            i += 1
            j += 1
        if _are_one_apart(left, i, a_end, right, j, b_end):
            return True
    return False


@compiled
def find_osa(
    left: Buffer, a: int, a_end: int, right: Buffer, b: int, b_end: int, limit: int, rows: Buffer
) -> int:
    """Return the distance of ``left[a:a_end]`` and ``right[b:b_end]``; ``limit + 1`` when over it.

    :param rows: room for three rows of ``b_end - b + 1`` numbers
    """
    over = limit + 1
    while a < a_end and b < b_end and left[a] == right[b]:
        a += 1
        b += 1
    while a < a_end and b < b_end and left[a_end - 1] == right[b_end - 1]:
        a_end -= 1
        b_end -= 1
    n, m = a_end - a, b_end - b
    if abs(n - m) > limit:
        return over
    if n == 0 or m == 0:
        return n + m
    if _are_one_apart(left, a, a_end, right, b, b_end):
        return 1
    if limit == 1:
        return over
    if limit == 2:
        return 2 if _are_two_apart(left, a, a_end, right, b, b_end) else over
    width = m + 1
    before, last, this = 0, width, 2 * width
    for j in range(width):
        rows[last + j] = j
    for i in range(1, n + 1):
        low, high = max(1, i - limit), min(m, i + limit)
        rows[this + low - 1] = i if low == 1 else over
        best = over
        for j in range(low, high + 1):
            same = left[a + i - 1] == right[b + j - 1]
            cost = rows[last + j - 1] + (0 if same else 1)
            above = rows[last + j] if j < i + limit else over
            cost = min(cost, above + 1, rows[this + j - 1] + 1)
            if (
                i > 1
                and j > 1
                and left[a + i - 1] == right[b + j - 2]
                and left[a + i - 2] == right[b + j - 1]
            ):
                cost = min(cost, rows[before + j - 2] + 1)
            rows[this + j] = cost
            best = min(best, cost)
        if best > limit:
            return over
        before, last, this = last, this, before
    found: int = rows[last + m]
    return min(found, over)
