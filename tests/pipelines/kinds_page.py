"""docs/reference/notice-kinds.md, as it follows from the kinds and the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crawler.territories import EU_CODES
from pipelines.takedown.deadlines import RULES, DeadlineRule
from pipelines.takedown.facts import ALL_RIGHTS, RequiredFact
from pipelines.takedown.kinds import KINDS, NoticeKind
from pipelines.takedown.kinds.record import CONSIDERATIONS

INTRODUCTION = """\
# Notice kinds

What each kind of notice stands on and asks for. This page is written from the kinds themselves
([how to add one](../how-to/add-a-notice-kind.md)); `markhound notice check` names what a notice
lacks. Not legal advice: a lawyer of the country approves a text before you use it, and what no
primary text was read for is listed as to be confirmed, and once more [for counsel](#for-counsel).

The plain text is the notice. With it go a PDF of the same text with the pictures that were
compared, and `listings.csv`, one row for each listing and right; a `host-abuse` report also brings
one XARF 4 file for each, valid against the published schemas, with digests of what it holds.
"""

COUNSEL = """\
## For counsel

What no primary text was read for, and is **not confirmed**: each point with the source to read,
with what Markhound does until somebody has read it, and with the setting or the place where an
answer goes. \u2014: no notice rests on it. What belongs to a kind stands beside each of its notices
before it is approved.

| kinds | to be confirmed | the source to read | until then | where an answer goes |
| --- | --- | --- | --- | --- |
"""

KIND_FILE = "`unconfirmed` and the text of the kind"
UNREAD = ("as named there", "the text does not rest on it", KIND_FILE)
OPEN: Mapping[str, tuple[str, str, str]] = {
    "state torts that a wrong report": (
        "the law of the state concerned",
        "the text accuses nobody of a crime and threatens no action; a second person approves",
        KIND_FILE,
    ),
    "Regulation (EU) 2017/1001, Articles 14 and 15": (
        "Regulation (EU) 2017/1001",
        "`referential` and `exhaustion` are put to a person; the text cites neither article",
        KIND_FILE,
    ),
    "the article of Regulation (EU) 2024/1143": (
        "Regulation (EU) 2024/1143, Articles 42 and 43; Regulation (EU) 2022/2065, Article 3(h)",
        "the text cites Article 26",
        KIND_FILE,
    ),
    "the articles of Regulation (EU) 2023/2411": (
        "Regulation (EU) 2023/2411",
        "the text cites the regulation as a whole",
        KIND_FILE,
    ),
    "the wording of regulation 22": (
        "Electronic Commerce (EC Directive) Regulations 2002 (SI 2002/2013), regulation 22",
        "all that it is said to ask for is required: name, address, place, reasons",
        KIND_FILE,
    ),
    "that copyright knows no action": (
        "Trade Marks Act 1994, sections 21 to 21F; Patents Act 1977, sections 70 to 70F",
        "the legal role approves notices about works as well, and the text threatens nothing",
        "`needs_legal` of the kind",
    ),
    "whether Article 43": (
        "E-Commerce Law of China, Article 43, as in force",
        "the clock `CN_ECL_43` runs 15 days, the shorter of the two",
        "[`takedown.cn_ecl_43`](settings.md)",
    ),
    "the written guarantee of truth": (
        "Guiding Opinions Fa Fa [2020] 32 of the Supreme People's Court, Articles 5 to 9",
        "every text declares that it is true and that a wrong notice is answered for",
        KIND_FILE,
    ),
    "the rules on products of geographical indication": (
        "CNIPA order 80 of 2023",
        "the text does not cite them",
        KIND_FILE,
    ),
    "the numbers of the articles after a revision": (
        "Trademark Law of China, as in force",
        "the numbers are those of 2019",
        KIND_FILE,
    ),
}
"""How what a kind leaves to counsel begins -> source, what is done until then, where it goes."""

ELSEWHERE: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "`dsa`, `eu-gi`",
        "whether the seller is told who sent a notice",
        "Regulation (EU) 2022/2065, Article 17(3)",
        "take it that the seller is told: the notice names the sender",
        "[`sender.name`, `sender.email`](settings.md)",
    ),
    (
        "`dsa`, `eu-gi`",
        "from which share of unfounded notices a platform suspends who sends them",
        "Regulation (EU) 2022/2065, Article 23(2)-(3)",
        "the limits of Alibaba's mechanism are used for every recipient",
        "[`takedown.standing`, `recipients.standing`](settings.md)",
    ),
    (
        "`dsa`, `eu-gi`",
        "in which language a notice may be written",
        "Regulation (EU) 2022/2065, Article 16",
        "the recipient's language where it is known, else English",
        "[`recipients.language`](settings.md)",
    ),
    (
        "`dmca`",
        "whether the directory of designated agents can be asked by programs",
        "37 CFR 201.38; dmca.copyright.gov",
        "a person looks, and notes the day",
        "[`recipients.verified_at`, `takedown.recipient_days`](settings.md)",
    ),
    (
        "\u2014",
        "the policy on repeat infringers, and the subpoena to identify one",
        "17 USC 512(h) and (i)",
        "no notice speaks of them",
        "a kind of its own",
    ),
    (
        "\u2014",
        "what trusted flaggers report, and when they lose their status",
        "Regulation (EU) 2022/2065, Article 22(3)-(7)",
        "no notice claims the status",
        "a kind of its own",
    ),
    (
        "\u2014",
        "what services that share content must do on a sufficiently substantiated notice",
        "Directive (EU) 2019/790, Article 17(4), (7) and (9)",
        "works go by `dsa`",
        "a kind of its own",
    ),
    (
        "\u2014",
        "whether the Online Safety Act leaves intellectual property out",
        "Online Safety Act 2023",
        "no notice cites it",
        "a kind of its own",
    ),
    (
        "\u2014",
        "notices about geographical indications outside China and the Union",
        "the law of the country",
        "`host-abuse` alone covers them, by the host's own terms",
        "a kind of its own",
    ),
    (
        "evidence",
        "whether a stamp still counts whose certificate was revoked",
        "RFC 3161; Regulation (EU) 910/2014, Articles 41 and 42",
        "revocation is not looked up; the answer of the authority is kept whole",
        "[`evidence.stamp_authorities`, `evidence.roots`](settings.md)",
    ),
    (
        "evidence",
        "whether captures follow the guidance on digital evidence of a court's country",
        "ISO/IEC 27037; SF/T 0076-2020; FRE 902(13) and (14)",
        "captures and bundles claim to follow none of them",
        "[`evidence.anchors`](settings.md), a notary's own capture",
    ),
)

CLOCKS = """\
## Deadlines

The clocks that run after a notice. Days are those of the place where they run. Working days are
those of the United States' federal government, or of China with its exchanged days; the days of a
year that China has not published are not guessed. Without an answer a notice is brought up again
after the days of `[takedown] answer_days`.
"""


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION, *(section(kind) for kind in KINDS), CLOCKS + clocks(), considerations()]
    parts.append(COUNSEL + counsel())
    return "\n".join(parts)


def section(kind: NoticeKind) -> str:
    """Return the section of one kind."""
    lines = [f"## `{kind.name}`", "", f"{kind.title}.", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in properties(kind)]
    lines += ["", "| required | what it is | asked for by |", "| --- | --- | --- |"]
    lines += [f"| {names(fact)} | {meaning(kind, fact)} | {fact.basis} |" for fact in kind.required]
    lines += ["", "| the sender declares | asked for by |", "| --- | --- |"]
    lines += [f"| {one.name} | {one.basis} |" for one in kind.declarations]
    return "\n".join(lines) + "\n"


def properties(kind: NoticeKind) -> Iterator[tuple[str, str]]:
    """Yield what is said of a kind in its first table."""
    yield "stands on", kind.legal_basis
    yield "for", "all kinds of rights" if kind.rights == ALL_RIGHTS else plain(kind.rights)
    if kind.territory is not None:
        where = "the Union or a member" if kind.territory == EU_CODES else plain(kind.territory)
        yield "a registered right must be in force in", where
    yield "the recipient must act", kind.deadline
    yield "texts", ", ".join(f"`{language}`" for language in kind.languages)
    if kind.deadlines:
        yield "clocks", ", ".join(f"`{name}`" for name in kind.deadlines)
    yield "to be considered first", ", ".join(f"`{name}`" for name in kind.considerations)
    if kind.needs_legal:
        yield "approved by", "somebody with the legal role"
    if kind.unconfirmed:
        yield "to be confirmed by counsel", "; ".join(kind.unconfirmed)


def plain(words: frozenset[str]) -> str:
    """Return the words in order, underscores as blanks."""
    return ", ".join(sorted(word.replace("_", " ") for word in words))


def names(fact: RequiredFact) -> str:
    """Return the field, and those that will do instead."""
    return " or ".join(f"`{fact.owner}.{field}`" for field in fact.fields)


def meaning(kind: NoticeKind, fact: RequiredFact) -> str:
    """Return what the fact is, and of whom or of which of the kind's rights it is asked."""
    asked = " (of agents)" if fact.agents_only else ""
    if not kind.rights <= fact.rights:
        asked += f" (of: {plain(kind.rights & fact.rights)})"
    return fact.meaning + asked


def clocks() -> str:
    """Return the table of deadlines."""
    lines = [
        "",
        "| rule | starts when | runs for | what to do | by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rule in RULES:
        note = f" {rule.note}" if rule.note else ""
        basis = rule.basis if rule.binding else f"{rule.basis} (information, no law)"
        lines.append(
            f"| `{rule.id}` | {rule.start} (`{rule.event}`) | {length(rule)} | {rule.action}.{note}"
            f" | {basis} |"
        )
    return "\n".join(lines) + "\n"


def counsel() -> str:
    """Return the rows of what is not confirmed: of the kinds first, each point once."""
    points: dict[str, list[str]] = {}
    for kind in KINDS:
        for text in kind.unconfirmed:
            points.setdefault(text, []).append(f"`{kind.name}`")
    lines = []
    for text, kinds in points.items():
        known = next((rest for start, rest in OPEN.items() if text.startswith(start)), None)
        source, meanwhile, where = known or UNREAD
        lines.append(f"| {', '.join(kinds)} | {text} | {source} | {meanwhile} | {where} |")
    lines += [f"| {' | '.join(row)} |" for row in ELSEWHERE]
    return "\n".join(lines) + "\n"


def length(rule: DeadlineRule) -> str:
    """Return how long a clock runs, in words."""
    if rule.length is None:
        return "for good"
    span = f"{rule.length}" if rule.latest is None else f"{rule.length} to {rule.latest}"
    calendar = f" ({rule.calendar})" if rule.unit == "working days" else ""
    return f"{span} {rule.unit}{calendar}"


def considerations() -> str:
    """Return the table of considerations."""
    lines = [
        "## Considerations",
        "",
        "What a person must have thought of before a notice is approved.",
    ]
    lines += ["", "| name | question | of |", "| --- | --- | --- |"]
    for name, one in CONSIDERATIONS.items():
        rights = "all" if one.rights == ALL_RIGHTS else plain(frozenset(one.rights))
        lines.append(f"| `{name}` | {one.question} | {rights} |")
    return "\n".join(lines) + "\n"
