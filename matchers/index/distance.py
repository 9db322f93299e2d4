"""Optimal string alignment: replaced, missing and added letters, and swapped neighbours."""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled


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
