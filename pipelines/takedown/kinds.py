"""The kinds of notices: on which law each stands, and what it must say.

A new kind is one ``NoticeKind`` here, a template beside it and a golden text among the tests
(docs/how-to/add-a-notice-kind.md). No rule is coded that was not read in the law itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.errors import InputError
from crawler.model import RightKind
from crawler.takedown import Recipient
from matchers.wording import Language
from pipelines.takedown.facts import ALL_RIGHTS, REGISTERED, RequiredFact

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_CODES = frozenset({"EU", *_MEMBERS.split()})
"""The Union and its members, ISO 3166-1 alpha-2."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeKind:
    """A kind of notice."""

    name: str
    """As given to ``--kind``."""
    title: str
    legal_basis: str
    rights: frozenset[RightKind]
    """The kinds of rights that the law covers."""
    territory: frozenset[str] | None
    """Where a registered right must be in force (codes of ``Right.jurisdictions``); None = any."""
    deadline: str
    """Within what time the recipient must act, in the law's terms."""
    languages: tuple[str, ...]
    """BCP 47; the first is used unless the recipient asks for another."""
    wording: Language
    """In which language findings are described."""
    subject: str
    """Jinja2, one line."""
    required: tuple[RequiredFact, ...]

    def template(self, language: str) -> str:
        """Return the template's file name."""
        return f"{self.name}.{language}.txt"

    def language_for(self, recipient: Recipient) -> str:
        """Return the recipient's language where there is a template in it, else the first."""
        return recipient.language if recipient.language in self.languages else self.languages[0]


def _fact(name: str, meaning: str, basis: str, *instead: str) -> RequiredFact:
    return RequiredFact(name=name, meaning=meaning, basis=basis, instead=instead)


def _findings(basis: str) -> RequiredFact:
    return _fact("hit.findings", "what was compared, so that reasons can be given", basis)


def _listing_url(basis: str) -> RequiredFact:
    return _fact("listing.url", "exact address of the listing", basis)


def _right_named(basis: str) -> RequiredFact:
    return _fact("right.name", "name of the right, or its registered picture", basis, "images")


def _registered(basis: str) -> tuple[RequiredFact, ...]:
    facts = (
        _fact("right.office", "the office that registered the right", basis),
        _fact("right.registration", "registration number of the right", basis),
        _fact("right.jurisdictions", "countries in which the right is in force", basis),
    )
    return tuple(replace(fact, rights=REGISTERED) for fact in facts)


def _mandate(basis: str) -> RequiredFact:
    meaning = "what authorises the sender to act for the owner"
    return replace(_fact("sender.mandate", meaning, basis), agents_only=True)


DMCA = NoticeKind(
    name="dmca",
    title="Notice of claimed copyright infringement",
    legal_basis="17 USC 512(c)(3)",
    rights=frozenset({"work"}),
    territory=None,
    deadline="expeditiously (17 USC 512(c)(1)(C)); the law names no number of days",
    languages=("en",),
    wording="en",
    subject=(
        "Notice of claimed copyright infringement, 17 USC 512(c)(3): "
        "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
    ),
    required=(
        _fact("sender.name", "name of the person who signs", "17 USC 512(c)(3)(A)(i)"),
        _fact("sender.signature", "signature as typed, e.g. /s/ Li Wei", "17 USC 512(c)(3)(A)(i)"),
        _fact("right.name", "title of the work", "17 USC 512(c)(3)(A)(ii)"),
        _listing_url("17 USC 512(c)(3)(A)(iii)"),
        _fact("sender.address", "postal address of the sender", "17 USC 512(c)(3)(A)(iv)"),
        _fact("sender.phone", "telephone number of the sender", "17 USC 512(c)(3)(A)(iv)"),
        _findings("17 USC 512(c)(3)(A)(v)"),
        _fact("right.holder.name", "owner of the right", "17 USC 512(c)(3)(A)(vi)"),
        _mandate("17 USC 512(c)(3)(A)(vi)"),
        _fact("recipient.name", "the provider's designated agent", "17 USC 512(c)(2)"),
        _fact(
            "recipient.email",
            "where the designated agent takes notices: e-mail, form or postal address",
            "17 USC 512(c)(2)",
            "portal",
            "address",
        ),
    ),
)

DSA = NoticeKind(
    name="dsa",
    title="Notice of illegal content",
    legal_basis="Regulation (EU) 2022/2065, Article 16",
    rights=ALL_RIGHTS,
    territory=EU_CODES,
    deadline=(
        "a timely and diligent decision, told without undue delay (Article 16(5)-(6));"
        " the law names no number of days"
    ),
    languages=("en",),
    wording="en",
    subject=(
        "Notice of illegal content, Regulation (EU) 2022/2065, Article 16: "
        "{{ count }} {{ 'listing' if count == 1 else 'listings' }} on {{ case.site }}"
    ),
    required=(
        _findings("Article 16(2)(a)"),
        _right_named("Article 16(2)(a)"),
        _fact("right.holder.name", "owner of the right", "Article 16(2)(a)"),
        *_registered("Article 16(2)(a)"),
        _listing_url("Article 16(2)(b)"),
        _fact("sender.name", "name of the sender", "Article 16(2)(c)"),
        _fact("sender.email", "e-mail address of the sender", "Article 16(2)(c)"),
        _fact("recipient.name", "the provider's point for notices", "Article 16(1)"),
        _fact(
            "recipient.email",
            "where the provider takes notices by electronic means: e-mail or form",
            "Article 16(1)",
            "portal",
        ),
    ),
)

_ART_42 = "E-Commerce Law, Article 42"
_ART_1195 = "Civil Code, Article 1195"

CN_ECOMMERCE = NoticeKind(
    name="cn-ecommerce",
    title="知识产权侵权通知",
    legal_basis="中华人民共和国电子商务法第四十二条、中华人民共和国民法典第一千一百九十五条",
    rights=ALL_RIGHTS,
    territory=frozenset({"CN"}),
    deadline="及时（电子商务法第四十二条）；法律未规定天数",
    languages=("zh-CN",),
    wording="zh",
    subject="知识产权侵权通知（电子商务法第四十二条）：{{ case.site }}，{{ count }}个商品链接",
    required=(
        _findings(_ART_42),
        _right_named(_ART_42),
        *_registered(_ART_42),
        _listing_url(_ART_42),
        _fact("right.holder.name", "true identity of the owner: name", _ART_1195),
        _fact("right.holder.country", "true identity of the owner: country", _ART_1195),
        _fact("right.holder.address", "true identity of the owner: address", _ART_1195),
        _fact(
            "right.holder.email",
            "how the owner can be reached: e-mail or telephone",
            _ART_1195,
            "holder.phone",
        ),
        _fact("sender.name", "name of the sender", _ART_1195),
        _fact("sender.identity", "identity document or business licence number", _ART_1195),
        _fact("sender.address", "postal address of the sender", _ART_1195),
        _fact("sender.phone", "telephone number of the sender", _ART_1195),
        _mandate(_ART_1195),
        _fact("recipient.name", "the platform that receives the notice", _ART_42),
        _fact(
            "recipient.email",
            "where the platform takes notices: e-mail, complaint form or postal address",
            _ART_42,
            "portal",
            "address",
        ),
    ),
)

KINDS: tuple[NoticeKind, ...] = (DMCA, DSA, CN_ECOMMERCE)


def check_kinds(kinds: Sequence[NoticeKind]) -> None:
    """Refuse two kinds of one name.

    :raises ValueError: naming it
    """
    names = [kind.name for kind in kinds]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"each notice kind needs a name of its own, got twice: {', '.join(twice)}")


check_kinds(KINDS)


def find_kind(name: str) -> NoticeKind:
    """Return the kind of that name.

    :raises InputError: when there is none; the message lists those there are
    """
    for kind in KINDS:
        if kind.name == name:
            return kind
    known = ", ".join(kind.name for kind in KINDS)
    raise InputError(f"no notice kind is called {name!r}; expected one of: {known}")
