"""Causes: the structured part of why a hit was decided as it was, beside the free reason.

Each belongs to one decision, and some to certain kinds of rights alone. Their order is that in
which they are offered: the first nine that fit a right have the number keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crawler.errors import InputError
from crawler.model import JudgementKind, RightKind

_MARKS: frozenset[RightKind] = frozenset({"trademark", "geographical_indication"})
_ALL: frozenset[RightKind] = _MARKS | {"work", "design"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why a hit is what it was judged to be."""

    name: str
    decision: JudgementKind
    en: str
    zh: str
    kinds: frozenset[RightKind] = _ALL
    """Of the rights for which it makes sense."""

    def words(self, language: str) -> str:
        """Return what people read: Chinese for ``zh``, else English."""
        return self.zh if language == "zh" else self.en


def _of(*kinds: RightKind) -> frozenset[RightKind]:
    return frozenset(kinds)


_CAUSES = (
    Cause(
        name="counterfeit",
        decision="infringing",
        en="Imitation goods under the mark",
        zh="假冒注册商标的商品",
        kinds=_of("trademark"),
    ),
    Cause(
        name="mark-use",
        decision="infringing",
        en="The mark used without leave",
        zh="未经许可使用商标",
        kinds=_of("trademark"),
    ),
    Cause(
        name="similar-mark",
        decision="infringing",
        en="A mark that is confusingly similar",
        zh="使用近似商标，易致混淆",
        kinds=_of("trademark"),
    ),
    Cause(
        name="false-origin",
        decision="infringing",
        en="Goods are not of the place",
        zh="商品并非产自该地域",
        kinds=_of("geographical_indication"),
    ),
    Cause(
        name="evocation",
        decision="infringing",
        en="The name is evoked or imitated",
        zh="攀附或模仿地理标志名称",
        kinds=_of("geographical_indication"),
    ),
    Cause(
        name="copied-work",
        decision="infringing",
        en="The work is copied",
        zh="复制作品",
        kinds=_of("work"),
    ),
    Cause(
        name="adapted-work",
        decision="infringing",
        en="The work is altered or on goods",
        zh="改编作品或将作品用于商品",
        kinds=_of("work"),
    ),
    Cause(
        name="file-offered",
        decision="infringing",
        en="Files of the work are handed on",
        zh="提供作品文件下载或传播",
        kinds=_of("work"),
    ),
    Cause(
        name="copied-design",
        decision="infringing",
        en="The same design",
        zh="相同外观设计",
        kinds=_of("design"),
    ),
    Cause(
        name="similar-design",
        decision="infringing",
        en="A similar design",
        zh="近似外观设计",
        kinds=_of("design"),
    ),
    Cause(
        name="licensee",
        decision="licensed",
        en="The seller has a licence",
        zh="卖家已获许可",
    ),
    Cause(
        name="genuine-goods",
        decision="licensed",
        en="Genuine goods, sold on",
        zh="正品转售",
    ),
    Cause(
        name="other-meaning",
        decision="unrelated",
        en="The word or picture means something else",
        zh="文字或图形另有含义",
    ),
    Cause(
        name="referential",
        decision="unrelated",
        en="Only refers to the right (fits, for)",
        zh="仅为说明性使用（如“适用于”）",
    ),
    Cause(
        name="other-goods",
        decision="unrelated",
        en="Goods or use that the right does not cover",
        zh="商品或用途不在保护范围内",
    ),
    Cause(
        name="wrong-reference",
        decision="unrelated",
        en="What is registered here is wrong or too plain",
        zh="登记资料有误或过于通用",
    ),
    Cause(
        name="more-evidence",
        decision="unsure",
        en="Needs more evidence",
        zh="需补充证据",
    ),
    Cause(
        name="expert",
        decision="unsure",
        en="Needs an expert or the holder",
        zh="需专家或权利人鉴定",
    ),
)

CAUSES: Mapping[str, Cause] = MappingProxyType({cause.name: cause for cause in _CAUSES})


def causes_for(kind: RightKind) -> tuple[Cause, ...]:
    """Return the causes that fit a right of that kind, in their order."""
    return tuple(cause for cause in _CAUSES if kind in cause.kinds)


def check_cause(decision: JudgementKind, cause: str | None) -> None:
    """Refuse a cause that is none, or is one of another decision.

    :raises InputError: saying which are expected
    """
    if cause is None:
        return
    known = CAUSES.get(cause)
    if known is None or known.decision != decision:
        names = ", ".join(c.name for c in _CAUSES if c.decision == decision)
        raise InputError(f"expected a cause of {decision!r} ({names}), got {cause!r}")
