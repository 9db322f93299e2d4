"""What an answer may mean, by clear words; a person decides."""

from __future__ import annotations

import re
from typing import Literal

Meaning = Literal["countered", "removed", "partly", "refused", "restored"]

_WORDS: tuple[tuple[Meaning, str], ...] = (
    (
        "countered",
        r"\bcounter[\s-]?(?:notice|notification)\b|\b512\s*\(g\)"
        r"|反通知|不存在侵权行为的?声明|不侵权声明|未侵权声明",
    ),
    (
        "partly",
        r"\b(?:partly|partially) removed\b"
        r"|\bsome of the (?:listings|items|content)\b.{0,40}\bremoved\b"
        r"|部分(?:商品|链接|内容)?(?:已|被)?(?:删除|下架)",
    ),
    (
        "refused",
        r"\b(?:not|n't) (?:be |been )?(?:remove|taken? down|take (?:any )?action)"
        r"|\b(?:declin|reject|refus|dismiss)(?:e|es|ed|ing)? (?:your|the|this)\b"
        r"|\b(?:notice|report|complaint|request)"
        r" (?:has been |was |is )?(?:rejected|declined|refused)\b"
        r"|\bunable to (?:process|act|remove)\b|\bno (?:infringement|violation) (?:was )?found\b"
        r"|不予(?:处理|受理|支持|删除)|(?:投诉|通知|申请)(?:被|已被|已)?(?:驳回|拒绝|不成立)"
        r"|无法(?:处理|受理)|投诉不通过|审核(?:不|未)通过",
    ),
    (
        "restored",
        r"\b(?:has|have) been (?:restored|reinstated)\b|\b(?:restored|reinstated) the\b"
        r"|已(?:经)?恢复(?!正常)|恢复(?:了)?(?:链接|商品|上架)|重新上架",
    ),
    (
        "removed",
        r"(?<!not )(?<!n't )\b(?:has|have|was|were) (?:now |since |already )?(?:been )?"
        r"(?:removed|taken down|disabled|delisted|deleted)\b"
        r"|\bwe(?:'ve| have)? (?:now |already )?(?:removed|taken down|disabled|delisted|deleted)\b"
        r"|(?:已|已经)(?:被|经)?(?:删除|下架|移除|屏蔽|断开链接|断链|处理完毕)|投诉成立|删除完毕",
    ),
)
_MEANINGS = tuple(
    (meaning, re.compile(words, re.IGNORECASE | re.DOTALL)) for meaning, words in _WORDS
)
MOST = 20_000
"""Characters that are looked through: whoever answers says it at the top."""


def suggest_meaning(subject: str, text: str) -> Meaning | None:
    """Return what an answer most likely says; None when it says nothing clear, or several things.

    A counter-notice goes before all else, as its clock runs.
    """
    whole = f"{subject}\n{text}"[:MOST]
    found = [meaning for meaning, words in _MEANINGS if words.search(whole)]
    if "countered" in found:
        return "countered"
    if "partly" in found:
        return "partly"
    return found[0] if len(found) == 1 else None


_AWAY = re.compile(
    r"\bout of (?:the )?office\b|\bon (?:\w+ )?(?:leave|vacation|holiday)\b"
    r"|\baway from (?:my|the) (?:desk|office)\b|\bno longer (?:work|with|monitor|in use)"
    r"|\b(?:not|un)[\s-]?(?:being )?(?:monitored|attended)\b|\bdo(?:es)? not accept e?-?mail"
    r"|休假|休年假|请假|外出|不在办公室|已离职|(?:无人|不再)(?:值守|查看|使用)|邮箱(?:已)?停用",
    re.IGNORECASE,
)


def says_nobody_reads(subject: str, text: str) -> bool:
    """Tell whether an automatic answer says that nobody reads the mailbox, for now or at all."""
    return _AWAY.search(f"{subject}\n{text}"[:MOST]) is not None
