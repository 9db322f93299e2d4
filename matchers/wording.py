"""Findings in words, in one place for all who say them: matchers, notices, pages of the console.

One table for each thing that is named, by language: fields, edits, changes of pictures, and the
sentence of every feature. Only what was compared is said, never a conclusion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal

Language = Literal["en", "zh"]

FIELDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "title": "title",
        "description": "description",
        "brand": "brand field",
        "category": "category",
        "seller": "seller's name",
        "attributes": "attributes",
        "price": "price",
        "text": "page text",
        "site": "site",
        "picture": "text in the picture",
        "files": "link to a file",
    },
    "zh": {
        "title": "标题",
        "description": "描述",
        "brand": "品牌栏",
        "category": "类目",
        "seller": "卖家名称",
        "attributes": "属性",
        "price": "价格",
        "text": "页面文字",
        "site": "站点",
        "picture": "图片文字",
        "files": "文件链接",
    },
}

EDITS: Final[Mapping[Language, Mapping[str, str]]] = {
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
        "reversed": "written backwards",
        "romanised": "letters of another alphabet",
        "reordered": "words in another order",
        "sound": "spelt as it sounds",
        "vowels_dropped": "without vowels",
        "initials": "by its initials",
        "homophone": "characters that sound the same",
        "han_lookalike": "characters that look nearly the same",
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
        "reversed": "倒写",
        "romanised": "以其他字母转写",
        "reordered": "词序调换",
        "sound": "近音拼写",
        "vowels_dropped": "省略元音",
        "initials": "首字母缩写",
        "homophone": "同音字",
        "han_lookalike": "形近字",
        "other_script": "其他文字的字母",
    },
}

TRANSFORMS: Final[Mapping[Language, Mapping[str, str]]] = {
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
        "inside": "as a part of a larger picture",
        "turned": "askew",
        "negative": "as a negative",
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
        "inside": "嵌入更大的图片",
        "turned": "倾斜",
        "negative": "反色",
    },
}

CONTEXT_SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "licensed_seller": "The holder has licensed {form}.",
        "referential": "“{text}” makes “{form}” the thing that the goods fit.",
        "perhaps_referential": "“{text}” stands before “{form}”, but not directly.",
        "accessory": "“{text}” is made to fit other goods, and “{form}” stands further back.",
        "packaging": "“{text}” offers packaging or papers, not the goods.",
        "about": "“{text}” makes “{form}” the subject of a book or film.",
        "free_ride": "“{text}” offers goods as an imitation of “{form}”.",
        "likeness": "“{text}” likens the goods to those of “{form}”.",
        "denied": "“{text}” says that the goods are not “{form}”.",
        "compared": "“{text}” compares the goods with “{form}”.",
        "counterfeit_words": "The {where} says “{text}”.",
        "perhaps_counterfeit": "The {where} says “{text}”, which may be said of copies.",
        "sellers_excuse": "The {where} says “{text}”, as sellers of copies do.",
        "perhaps_excuse": "The {where} says “{text}”, as other sellers do too.",
        "second_hand": "The {where} says “{text}”: goods that are sold on.",
        "low_price": "The price is {text}; genuine goods usually cost {form}.",
        "other_brand": "The brand is given as “{text}”.",
        "goods": "“{text}” is of a kind that the right covers: {form}.",
        "goods_beside": "The name stands directly before goods that the right covers: {form}.",
        "other_class": "“{text}” is of none of the classes that the right covers: {form}.",
        "other_goods": "The category names none of the goods that the right covers: {form}.",
        "word_before": "“{text}” uses “{form}” as a word.",
        "phrase_goes_on": "“{text}” goes on with “{form}” as a word.",
        "repeated_word": "The {where} says “{text}” twice, as words are.",
        "small_letters": "“{text}” has small letters in a title of capitals.",
        "unit_of_measure": "“{text}” stands directly after a number, as units of measure do.",
        "product_follows": "“{text}” follows “{form}”, as names of products do.",
        "evocation": "“{text}” evokes “{form}”.",
        "colour_use": "“{text}” makes “{form}” a colour.",
        "own_origin": "The goods are said to come from “{text}”, a place of the right: {form}.",
        "other_origin": "The goods are said to come from “{text}”, which is not {form}.",
        "no_approved_user": "“{text}” is none of the approved users of “{form}”.",
        "medium": "Works such as “{form}” are sold as “{text}”.",
        "merchandise": "Works such as “{form}” are copied on goods like “{text}”.",
    },
    "zh": {
        "licensed_seller": "权利人已许可{form}。",
        "referential": "“{text}”表明“{form}”仅指商品的适用对象。",
        "perhaps_referential": "“{text}”位于“{form}”之前，但并不相邻。",
        "accessory": "“{text}”属于配套商品，且“{form}”位置靠后。",
        "packaging": "“{text}”表明所售仅为包装或凭证，而非商品本身。",
        "about": "“{text}”表明“{form}”是书籍或影片的主题。",
        "free_ride": "“{text}”表明商品以仿“{form}”为卖点。",
        "likeness": "“{text}”将商品与“{form}”相比附。",
        "denied": "“{text}”表明商品并非“{form}”。",
        "compared": "“{text}”将商品与“{form}”作比较。",
        "counterfeit_words": "{where}含有“{text}”。",
        "perhaps_counterfeit": "{where}含有“{text}”，该词可用于仿制品。",
        "sellers_excuse": "{where}含有“{text}”，为仿制品卖家惯用语。",
        "perhaps_excuse": "{where}含有“{text}”，其他卖家亦用此语。",
        "second_hand": "{where}含有“{text}”，表明商品为转售。",
        "low_price": "价格为{text}；正品通常为{form}。",
        "other_brand": "品牌标注为“{text}”。",
        "goods": "“{text}”属于该权利的商品范围：{form}。",
        "goods_beside": "名称之后紧接该权利范围内的商品：{form}。",
        "other_class": "“{text}”不属于该权利的类别：{form}。",
        "other_goods": "类目不属于该权利的商品范围：{form}。",
        "word_before": "“{text}”表明“{form}”为普通词语。",
        "phrase_goes_on": "“{text}”紧随“{form}”之后，构成普通短语。",
        "repeated_word": "{where}两次使用“{text}”，如普通词语。",
        "small_letters": "标题其他词大写，而“{text}”小写。",
        "unit_of_measure": "“{text}”紧随数字之后，形如计量单位。",
        "product_follows": "“{form}”之后为“{text}”，形如产品名称。",
        "evocation": "“{text}”使人联想到“{form}”。",
        "colour_use": "“{text}”表明“{form}”指颜色。",
        "own_origin": "商品标明产地为“{text}”，属于该权利的产地：{form}。",
        "other_origin": "商品标明产地为“{text}”，并非{form}。",
        "no_approved_user": "“{text}”不是“{form}”的核准使用人。",
        "medium": "“{form}”之类的作品以“{text}”形式出售。",
        "merchandise": "“{form}”之类的作品常被用于“{text}”等商品。",
    },
}
"""What the rest of a listing says: the keys of ``matchers.weights.CONTEXT``."""

STANDING_SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "place": "Where “{text}” stands in the title was weighed.",
        "ordinary_words": "“{form}” is also a word or name of its own.",
        "followed_by": "What follows “{text}” reads like a model or product.",
        "short": "“{form}” has three letters at most.",
        "capitals": "“{text}” is set off by capitals.",
        "rivals": "Names of other rights stand in the title beside “{text}”.",
        "own_word": "“{text}” is a word of its own.",
        "han_cut": "How “{text}” fits the words of the title was weighed.",
        "han_word": "“{form}” is also a Chinese word or name.",
        "han_before": "What stands before “{text}” was weighed.",
        "han_after": "What follows “{text}” was weighed.",
        "han_place": "How early “{text}” stands in the title was weighed.",
        "han_length": "How many characters “{text}” has was weighed.",
        "han_near": "How near “{text}” comes to “{form}” was weighed.",
        "han_rivals": "Names of other rights stand in the title beside “{text}”.",
    },
    "zh": {
        "place": "已计入“{text}”在标题中的位置。",
        "ordinary_words": "“{form}”也是普通词语或其他名称。",
        "followed_by": "“{text}”之后形如型号或产品名称。",
        "short": "“{form}”不超过三个字母。",
        "capitals": "“{text}”以大写突出。",
        "rivals": "标题中“{text}”旁有其他权利的名称。",
        "own_word": "“{text}”本身是一个词。",
        "han_cut": "已计入“{text}”与标题分词的关系。",
        "han_word": "“{form}”也是中文词语或名称。",
        "han_before": "已计入“{text}”之前的文字。",
        "han_after": "已计入“{text}”之后的文字。",
        "han_place": "已计入“{text}”在标题中的先后。",
        "han_length": "已计入“{text}”的字数。",
        "han_near": "已计入“{text}”与“{form}”的相近程度。",
        "han_rivals": "标题中“{text}”旁有其他权利的名称。",
    },
}
"""How a name stands in its title, by feature; the levels of each have their own English sentence,
which is the finding's ``detail``."""

PAGE_SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "page_title": "The title of the page names “{form}”.",
        "page_title_ordinary": "The title of the page says “{text}”, which may mean other things.",
        "file_named": "A link to a file is called “{text}”: “{form}” and nothing else.",
        "file_named_other": "A link to a file that may be anything is called “{text}”.",
        "file_named_among": "A link to a file names “{form}” among other words.",
        "file_named_han": "A link to a file is called “{text}”, which is also a word.",
        "file_named_ordinary": "A link to a file is called “{text}”, ordinary words.",
        "file_named_perhaps": "A link to a file says “{text}”, among other words.",
        "files_beside": "The page that names “{form}” links to a file: “{text}”.",
        "share_beside": "The page that names “{form}” links to a shared folder: “{text}”.",
        "perhaps_beside": "The page that names “{form}” links to a download: “{text}”.",
        "perhaps_handed_on": "The {where} says “{text}”, as is said of downloads.",
        "handed_on": "The {where} says “{text}”, as is said of whole works that are handed on.",
        "in_part": "The {where} says “{text}”: no whole work.",
        "title_handed_on": "The title says “{text}”, as pages do that hand on whole works.",
        "title_in_part": "The title says “{text}”: the page speaks of the work, or shows a part.",
    },
    "zh": {
        "page_title": "页面标题含有“{form}”。",
        "page_title_ordinary": "页面标题含有“{text}”，该词也可能另有所指。",
        "file_named": "文件链接名为“{text}”，即“{form}”，别无他词。",
        "file_named_other": "文件链接名为“{text}”，但该类文件可能是任何内容。",
        "file_named_among": "文件链接在其他词语中含有“{form}”。",
        "file_named_han": "文件链接名为“{text}”，该词也是普通词语。",
        "file_named_ordinary": "文件链接名为“{text}”，该词为普通词语。",
        "file_named_perhaps": "文件链接在其他词语中含有“{text}”。",
        "files_beside": "页面标题含有“{form}”，并有文件链接：“{text}”。",
        "share_beside": "页面标题含有“{form}”，并有网盘分享链接：“{text}”。",
        "perhaps_beside": "页面标题含有“{form}”，并有下载链接：“{text}”。",
        "perhaps_handed_on": "{where}含有“{text}”，为下载链接的一般用语。",
        "handed_on": "{where}含有“{text}”，为传播完整作品时的用语。",
        "in_part": "{where}含有“{text}”，并非完整作品。",
        "title_handed_on": "标题含有“{text}”，为传播完整作品的页面用语。",
        "title_in_part": "标题含有“{text}”，页面仅谈论作品或展示片段。",
    },
}
"""What a page that is no listing says: the keys of ``matchers.weights.PAGE``."""

TAUGHT_SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "generic_word": "A person found that “{form}” is a general word, so it counts for nothing.",
        "generic_in_class": (
            "A person found that “{form}” is a general word for goods such as “{text}”, so it"
            " counts for nothing."
        ),
    },
    "zh": {
        "generic_word": "经人工认定，“{form}”为通用词语，不予计分。",
        "generic_in_class": "经人工认定，“{form}”在“{text}”一类商品上为通用词语，不予计分。",
    },
}
"""What people taught of words."""

SENTENCES: Final[Mapping[Language, Mapping[str, str]]] = {
    language: {
        **STANDING_SENTENCES[language],
        **CONTEXT_SENTENCES[language],
        **PAGE_SENTENCES[language],
        **TAUGHT_SENTENCES[language],
    }
    for language in STANDING_SENTENCES
}


def say(feature: str, *, text: str, form: str, field: str, language: Language = "en") -> str:
    """Return the sentence of a feature about a text of the listing and what it was compared with.

    :param field: in which the text stands; ``attributes.材质`` keeps its own key
    """
    where = field_label(field, language)
    return SENTENCES[language][feature].format(text=text, form=form, where=where)


PICTURED: Final[Mapping[Language, str]] = {
    "en": "The text in the picture {image} contains “{text}”, which matches “{form}”",
    "zh": "图片{image}中的文字含有“{text}”，与“{form}”相符",
}
"""A name in the text of a picture, without its full stop."""


def say_pictured(
    text: str, form: str, image: str, edits: Sequence[str], language: Language = "en"
) -> str:
    """Return the sentence of a name that was read in a picture."""
    words = [EDITS[language].get(edit, edit.replace("_", " ")) for edit in edits]
    said = PICTURED[language].format(text=text, form=form, image=image)
    if language == "zh":
        return f"{said}（{'、'.join(words)}）。" if words else f"{said}。"
    return f"{said} ({', '.join(words)})." if words else f"{said}."


PASSAGE: Final[Mapping[Language, str]] = {
    "en": (
        "The {where} has {amount} in common with the registered text,"
        " at most {longest} in a row: {share} of that text."
    ),
    "zh": "{where}与登记的文字有{amount}相同，连续相同最多{longest}，占该文字的{share}。",
}
"""A passage of a registered text."""
_AMOUNTS: Final[Mapping[Language, tuple[str, str, str]]] = {
    "en": ("{} words", "{} characters", " and "),
    "zh": ("{}个词", "{}个字", "、"),
}
"""Words, characters of scripts without spaces, and what joins the two."""


def say_passage(
    field: str,
    *,
    words: int,
    characters: int,
    longest: int,
    share: float,
    language: Language = "en",
) -> str:
    """Return the sentence of a passage that a field shares with a registered text.

    :param longest: equal words or characters in a row
    :param share: of the registered text, 0 to 1
    """
    told = zip(_AMOUNTS[language], (words, characters), strict=False)
    amounts = [form.format(f"{count:,}") for form, count in told if count]
    return PASSAGE[language].format(
        where=field_label(field, language),
        amount=_AMOUNTS[language][2].join(amounts),
        longest=f"{longest:,}",
        share="100%" if share >= 1 else f"{share:.2%}" if share < 0.01 else f"{share:.0%}",
    )


@lru_cache(maxsize=1 << 10)
def field_label(field: str | None, language: Language) -> str:
    """Return what a field of the listing is called; ``attributes.材质`` keeps its own key."""
    name, _, key = (field or "text").partition(".")
    label = FIELDS[language].get(name, name)
    return f"{label} {key}".strip()
