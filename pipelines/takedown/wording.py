"""Findings and kinds of rights in words, for notices and for the page of hits.

Only what was compared is said, never a conclusion. What has no words here (a new edit, a new
feature) is shown under its own name, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from crawler.model import Finding, RightKind
from matchers.pictures import BITS

Language = Literal["en", "zh"]

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

FIELDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "title",
        "description": "description",
        "brand": "brand field",
        "category": "category",
        "seller": "seller's name",
        "attributes": "attributes",
        "text": "page text",
        "site": "site",
    },
    "zh": {
        "title": "标题",
        "description": "描述",
        "brand": "品牌栏",
        "category": "类目",
        "seller": "卖家名称",
        "attributes": "属性",
        "text": "页面文字",
        "site": "站点",
    },
}

EDITS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "homoglyph": "look-alike letters",
        "full_width": "full-width letters",
        "zero_width": "hidden characters",
        "diacritic": "accents",
        "leet": "digits or signs for letters",
        "traditional": "traditional characters",
        "spaced": "letters set apart",
        "punctuated": "signs between letters",
        "split": "written as two words",
        "joined": "joined to another word",
        "typo": "misspelt",
        "doubled": "a letter doubled",
        "dropped": "a letter dropped",
        "swapped": "two letters swapped",
        "other_script": "letters of another script",
    },
    "zh": {
        "homoglyph": "形近字符",
        "full_width": "全角字符",
        "zero_width": "隐藏字符",
        "diacritic": "附加符号",
        "leet": "以数字或符号代字母",
        "traditional": "繁体字",
        "spaced": "字符间插入间隔",
        "punctuated": "字符间插入符号",
        "split": "拆成两词",
        "joined": "与他词连写",
        "typo": "错拼",
        "doubled": "重复一个字母",
        "dropped": "缺少一个字母",
        "swapped": "调换两个字母",
        "other_script": "其他文字的字母",
    },
}

TRANSFORMS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "mirror": "mirrored",
        "flip": "turned upside down and mirrored",
        "rotate-90": "rotated by 90°",
        "rotate-180": "rotated by 180°",
        "rotate-270": "rotated by 270°",
        "transpose": "mirrored and rotated by 270°",
        "transverse": "mirrored and rotated by 90°",
        "crop": "cropped",
        "border": "with a border",
    },
    "zh": {
        "mirror": "镜像",
        "flip": "上下翻转",
        "rotate-90": "旋转90°",
        "rotate-180": "旋转180°",
        "rotate-270": "旋转270°",
        "transpose": "镜像并旋转270°",
        "transverse": "镜像并旋转90°",
        "crop": "裁剪",
        "border": "加边框",
    },
}


SENTENCES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "licensed_seller": "The holder has licensed {form}.",
        "referential": "“{text}” makes “{form}” the thing that the goods fit.",
        "counterfeit_words": "The {where} says “{text}”.",
        "other_brand": "The brand is given as “{text}”.",
        "goods": "The goods are of a kind that the right covers: {form}.",
        "other_goods": "The category names none of the goods that the right covers: {form}.",
    },
    "zh": {
        "licensed_seller": "权利人已许可{form}。",
        "referential": "“{text}”表明“{form}”仅指商品的适用对象。",
        "counterfeit_words": "{where}含有“{text}”。",
        "other_brand": "品牌标注为“{text}”。",
        "goods": "商品属于该权利的商品范围：{form}。",
        "other_goods": "类目不属于该权利的商品范围：{form}。",
    },
}
"""What the rest of a listing says, by feature."""


def describe_finding(finding: Finding, language: Language) -> str:
    """Say what was compared and how it came out, as one sentence without its weight."""
    if finding.image is not None and finding.reference is not None:
        return _describe_picture(finding, language)
    if finding.feature == "name" and finding.text is not None and finding.form is not None:
        return _describe_name(finding, language)
    sentence = SENTENCES[language].get(finding.feature)
    if sentence is not None and finding.text is not None and finding.form is not None:
        where = field_label(finding.field, language)
        return sentence.format(text=finding.text, form=finding.form, where=where)
    return finding.detail or finding.feature.replace("_", " ")


def describe_edits(finding: Finding, language: Language) -> str:
    """Return the edits in words, parted by commas; empty when the text is the form itself."""
    words = [EDITS[language].get(edit, edit) for edit in finding.edits]
    return ("、" if language == "zh" else ", ").join(words)


def describe_transform(transform: str | None, language: Language) -> str:
    """Return how a picture was altered, in words; empty when it was not."""
    words = [TRANSFORMS[language].get(part, part) for part in (transform or "").split("+")]
    return ("、" if language == "zh" else ", ").join(words)


def field_label(field: str | None, language: Language) -> str:
    """Return what a field of the listing is called; ``attributes.材质`` keeps its own key."""
    name, _, key = (field or "text").partition(".")
    label = FIELDS[language].get(name, name)
    return f"{label} {key}".strip()


def _describe_name(finding: Finding, language: Language) -> str:
    where = field_label(finding.field, language)
    edits = describe_edits(finding, language)
    if language == "zh":
        said = f"{where}含有“{finding.text}”，与“{finding.form}”相符"
        return f"{said}（{edits}）。" if edits else f"{said}。"
    said = f"The {where} contains “{finding.text}”, which matches “{finding.form}”"
    return f"{said} ({edits})." if edits else f"{said}."


def _describe_picture(finding: Finding, language: Language) -> str:
    altered = describe_transform(finding.transform, language)
    bits = finding.distance
    if language == "zh":
        said = "商品图片与权利图片相符"
        said += f"（经{altered}）" if altered else ""
        return said + (f"，感知哈希{BITS}位中有{bits}位不同。" if bits is not None else "。")
    said = "A picture of the listing matches the right's picture"
    said += f" ({altered})" if altered else ""
    if bits is None:
        return f"{said}."
    return f"{said}; their perceptual hashes differ in {bits} of {BITS} bits."
