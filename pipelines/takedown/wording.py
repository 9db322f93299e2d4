"""Findings and kinds of rights in words, for notices and for the page of hits.

Only what was compared is said, never a conclusion. The words stand in ``matchers.wording``; what
has none (an edit or feature of an older version) is shown under its own name, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping

from crawler.model import Finding, RightKind
from matchers.pictures.prints import BITS
from matchers.wording import (
    EDITS,
    PAGE_SENTENCES,
    SENTENCES,
    STANDING_SENTENCES,
    TRANSFORMS,
    Language,
    field_label,
    say,
    say_pictured,
)

RIGHT_KINDS: Mapping[Language, Mapping[RightKind, str]] = {
    "en": {
        "trademark": "trademark",
        "geographical_indication": "geographical indication",
        "work": "copyright work",
        "design": "design",
    },
    "zh": {
        "trademark": "商标",
        "geographical_indication": "地理标志",
        "work": "作品",
        "design": "外观设计",
    },
}


def speaks_for(finding: Finding) -> bool:
    """Tell whether the finding is a reason to give in a notice.

    How a name stands in its title weighs its finding; it is no reason of its own.
    """
    return finding.weight > 0 and finding.feature not in STANDING_SENTENCES["en"]


def describe_finding(finding: Finding, language: Language) -> str:
    """Say what was compared and how it came out, as one sentence without its weight."""
    if finding.image is not None and finding.reference is not None:
        return _describe_picture(finding, language)
    if finding.feature == "name" and finding.text is not None and finding.form is not None:
        return _describe_name(finding, language)
    feature, text, form = finding.feature, finding.text, finding.form
    if language == "en" and feature in STANDING_SENTENCES["en"] and finding.detail is not None:
        return finding.detail  # the sentence of the level, which says more
    if feature in PAGE_SENTENCES[language]:
        text, form = text or finding.file, form or ""  # a link without words is its address
    if feature in SENTENCES[language] and text is not None and form is not None:
        return say(feature, text=text, form=form, field=finding.field or "text", language=language)
    return finding.detail or finding.feature.replace("_", " ")


def describe_edits(finding: Finding, language: Language) -> str:
    """Return the edits in words, parted by commas; empty when the text is the form itself."""
    words = [EDITS[language].get(edit, edit) for edit in finding.edits]
    return ("、" if language == "zh" else ", ").join(words)


def describe_transform(transform: str | None, language: Language) -> str:
    """Return how a picture was altered, in words; empty when it was not."""
    words = [TRANSFORMS[language].get(part, part) for part in (transform or "").split("+")]
    return ("、" if language == "zh" else ", ").join(words)


def _describe_name(finding: Finding, language: Language) -> str:
    if finding.field == "picture":
        text, form, image = finding.text or "", finding.form or "", finding.image or ""
        return say_pictured(text, form, image, finding.edits, language)
    where = field_label(finding.field, language)
    edits = describe_edits(finding, language)
    if language == "zh":
        said = f"{where}含有“{finding.text}”，与“{finding.form}”相符"
        return f"{said}（{edits}）。" if edits else f"{said}。"
    said = f"The {where} contains “{finding.text}”, which matches “{finding.form}”"
    return f"{said} ({edits})." if edits else f"{said}."


def _describe_alike(finding: Finding, language: Language) -> str | None:
    """Return what a picture has in common that is no copy; None where it is one."""
    if finding.verdict == "logo":
        if language == "zh":
            return f"商品图片中出现与权利标识相同的图形（{finding.points}处局部特征一致）。"
        return f"A picture of the listing shows {finding.points} places of the right's logo."
    if finding.feature == "picture_part":
        if language == "zh":
            return f"商品图片与权利图片有{finding.points}处相同的局部（包装、标志或背景）。"
        return (
            f"A picture of the listing and the right's picture show {finding.points} equal places"
            " (packaging, a logo or a ground)."
        )
    if finding.feature == "picture_lookalike":
        if language == "zh":
            return "商品图片与权利图片相似（可能为同一图案或设计，但不是同一图片）。"
        return "A picture of the listing looks like the right's picture, but is another picture."
    return None


def _describe_picture(finding: Finding, language: Language) -> str:
    if alike := _describe_alike(finding, language):
        return alike
    altered = describe_transform(finding.transform, language)
    bits, apart = finding.distance, finding.descriptor_distance
    if bits is None and finding.points is not None:
        if language == "zh":
            said = f"商品图片与权利图片有{finding.points}处局部特征位置一致"
            return said + (f"（经{altered}）。" if altered else "。")
        said = f"A picture of the listing shows {finding.points} places of the right's picture"
        return f"{said}, which lie alike" + (f" ({altered})." if altered else ".")
    if language == "zh":
        said = "商品图片与权利图片相符"
        said += f"（经{altered}）" if altered else ""
        said += "，由图像描述模型比对得出" if apart is not None and bits is None else ""
        return said + (f"，感知哈希{BITS}位中有{bits}位不同。" if bits is not None else "。")
    said = "A picture of the listing matches the right's picture"
    said += f" ({altered})" if altered else ""
    if bits is None:
        return f"{said}, as a descriptor model compares them." if apart is not None else f"{said}."
    return f"{said}; their perceptual hashes differ in {bits} of {BITS} bits."
