"""What is done with notices: drafted, checked, considered, approved, sent, answered, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from starlette.responses import Response

from console.web.jobs import Job
from console.web.pages import Handler, action, page, problem
from console.web.routes.drafting import ask_draft, draft
from console.web.routes.notices import MAILBOX, OUTBOX, jobs_of, notice_answer
from console.web.visits import Visit
from crawler.accounts import MAY_APPROVE, MAY_WRITE, ApprovalKind, Role
from crawler.errors import InputError, NotAllowedError, NotFoundError, StopError
from crawler.store.database import now, writing
from crawler.store.notices import load_notice
from pipelines.takedown.answers import Meaning, decide_answer, dismiss_answer, receive_mail
from pipelines.takedown.checking import EXCEPTIONS
from pipelines.takedown.delivery import Delivered, deliver_due
from pipelines.takedown.examining import approve_notice, consider_exception, run_rules
from pipelines.takedown.looking_apart import look_apart
from pipelines.takedown.mail_sources import read_imap
from pipelines.takedown.outbox import cancel_notice, hand_over_notice, resolve_notice
from pipelines.takedown.queueing import queue_notices
from pipelines.takedown.retraction import Overturned, withdraw_notice

T = TypeVar("T", bound=str)
APPROVERS: frozenset[Role] = frozenset().union(*MAY_APPROVE.values())


def on_its_page(handler: Callable[[Visit, str], Response]) -> Handler:
    """Return the handler of something that is done with one notice.

    What was not done is told on the notice's own page.
    """

    @wraps(handler)
    def answer(visit: Visit) -> Response:
        notice = load_notice(visit.db, visit.part("notice")).id
        try:
            return handler(visit, notice)
        except NotFoundError:
            raise
        except StopError as error:
            status = problem(visit, error).status_code
            return notice_answer(visit, notice, problem=str(error), status=status)

    return answer


def _to(visit: Visit, notice: str, said: str) -> Response:
    return visit.redirect(f"/notices/{notice}", said=said)


def _filled(visit: Visit, name: str) -> str:
    """Return a field that must say something.

    :raises InputError: it is empty
    """
    if not (value := visit.field(name)):
        raise InputError(visit.say("notices.empty", field=visit.say(f"notices.{name}")))
    return value


def _chosen(visit: Visit, name: str, known: tuple[T, ...]) -> T:
    value = visit.field(name)
    for one in known:
        if one == value:
            return one
    raise InputError(visit.say("notices.not_listed", got=value, known=", ".join(known)))


def _moment(visit: Visit, name: str) -> datetime | None:
    """Return a moment that was filled in, in the console's time zone; None where it was not."""
    text = visit.field(name)
    if not text:
        return None
    zone = ZoneInfo(visit.workspace.config.console.time_zone)
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # also of a day before the first in UTC
        raise InputError(visit.say("notices.no_time", got=text)) from error
    if moment > now():
        raise InputError(visit.say("notices.ahead", got=text))
    return moment


@on_its_page
def check(visit: Visit, notice: str) -> Response:
    """Run the rules, after the listings were looked at again unless that is not wanted."""
    workspace, by = visit.workspace, visit.actor.name
    if visit.field("look") == "no":
        with writing(visit.db):
            run_rules(workspace, visit.db, notice, by=by, at=now())
        return _to(visit, notice, "notice_checked")

    def work(job: Job) -> None:
        seen = look_apart(workspace, notice, is_stopped=job.stopped.is_set)
        job.say(f"{seen} seen")
        with workspace.store() as db, writing(db):
            run_rules(workspace, db, notice, by=by, at=now())

    jobs_of(visit).begin(notice, "check", by, work)
    return _to(visit, notice, "notice_checking")


@on_its_page
def consider(visit: Visit, notice: str) -> Response:
    """Record what came of considering an exception."""
    consider_exception(
        visit.db,
        notice,
        visit.fields("hit"),
        _chosen(visit, "exception", EXCEPTIONS),
        _filled(visit, "result"),
        visit.actor,
        applies=visit.field("applies") == "yes",
    )
    return _to(visit, notice, "notice_considered")


@on_its_page
def approve(visit: Visit, notice: str) -> Response:
    """Approve, as a second person; every rule is run again first."""
    kinds: tuple[ApprovalKind, ...] = get_args(ApprovalKind)
    kind, reason = _chosen(visit, "kind", kinds), _filled(visit, "reason")
    account = visit.account
    assert account is not None
    if account.role not in MAY_APPROVE[kind]:
        roles = ", ".join(visit.say(f"role.{role}") for role in sorted(MAY_APPROVE[kind]))
        raise NotAllowedError(visit.say("notices.other_role", roles=roles))
    done = approve_notice(visit.workspace, visit.db, notice, kind, account, reason)
    if done.stopped:
        lines = "\n".join(f"{line.rule}: {line.text}" for line in done.stopped)
        raise NotAllowedError(f"{visit.say('notices.not_approved')}\n{lines}")
    return _to(visit, notice, "notice_needs_more" if done.lacking else "notice_approved")


@on_its_page
def send(visit: Visit, notice: str) -> Response:
    """Queue the notice: its listings are captured once more, its bytes kept."""
    _queue(visit, [notice], notice)
    return _to(visit, notice, "notice_queueing")


def send_several(visit: Visit) -> Response:
    """Queue the notices that were ticked."""
    notices = [load_notice(visit.db, notice).id for notice in visit.fields("notice")]
    if not notices:
        raise InputError(visit.say("notices.none_ticked"))
    _queue(visit, notices, OUTBOX)
    return visit.redirect("/notices?tray=queued", said="notice_queueing")


def _queue(visit: Visit, notices: list[str], subject: str) -> None:
    workspace, by = visit.workspace, visit.actor.name

    def work(job: Job) -> None:
        with workspace.store() as db:
            left = queue_notices(
                workspace, db, notices, by=by, say=job.say, is_stopped=job.stopped.is_set
            )
        if left:
            raise NotAllowedError("\n".join(left))

    jobs_of(visit).begin(subject, "queue", by, work)


def deliver(visit: Visit) -> Response:
    """Send what is due, as ``markhound notice deliver`` does."""
    workspace = visit.workspace

    def work(job: Job) -> None:
        def tell(one: Delivered) -> None:
            job.say(f"{one.notice} {one.result}: {one.words}")

        deliver_due(workspace, tell, job.stopped.is_set)

    jobs_of(visit).begin(OUTBOX, "deliver", visit.actor.name, work)
    back = visit.field("notice")
    url = f"/notices/{load_notice(visit.db, back).id}" if back else "/notices?tray=queued"
    return visit.redirect(url, said="notice_delivering")


@on_its_page
def cancel(visit: Visit, notice: str) -> Response:
    """Take a queued notice back."""
    cancel_notice(visit.db, notice, by=visit.actor.name, reason=_filled(visit, "reason"))
    return _to(visit, notice, "notice_cancelled")


@on_its_page
def resolve(visit: Visit, notice: str) -> Response:
    """Say what became of an uncertain sending."""
    found = _chosen(visit, "found", ("sent", "not-sent"))
    why = _filled(visit, "reason")
    resolve_notice(visit.db, notice, sent=found == "sent", by=visit.actor.name, reason=why)
    return _to(visit, notice, "notice_resolved")


@on_its_page
def hand_over(visit: Visit, notice: str) -> Response:
    """Record that it was handed over by a form or by post."""
    ticket, at = _filled(visit, "ticket"), _moment(visit, "at")
    hand_over_notice(visit.db, notice, by=visit.actor.name, ticket=ticket, at=at)
    return _to(visit, notice, "notice_handed_over")


@on_its_page
def reply(visit: Visit, notice: str) -> Response:
    """Record what the recipient answered, as a person read it."""
    meanings: tuple[Meaning, ...] = get_args(Meaning)
    decide_answer(
        visit.db,
        notice,
        _chosen(visit, "meaning", meanings),
        by=visit.actor.name,
        reason=_filled(visit, "reason"),
        answer=visit.field("answer") or None,
        received_at=_moment(visit, "received_at"),
        ticket=visit.field("ticket") or None,
    )
    return _to(visit, notice, "notice_answered")


def reply_to(visit: Visit) -> Response:
    """Record what a mail says of the notice that was named."""
    notice = load_notice(visit.db, visit.field("notice")).id
    visit.request.path_params["notice"] = notice
    return reply(visit)


def dismiss(visit: Visit) -> Response:
    """Say that a mail answers nothing."""
    dismiss_answer(
        visit.db, visit.part("answer"), by=visit.actor.name, reason=_filled(visit, "reason")
    )
    return visit.redirect("/notices?tray=answers", said="answer_dismissed")


def receive(visit: Visit) -> Response:
    """Take answers in: the mails that were sent as files, else those of the mail server."""
    sent = [one for one in visit.form.getlist("mail") if not isinstance(one, str) and one.filename]
    if sent:
        for one in sent:
            receive_mail(
                visit.workspace, visit.db, one.file.read(), source=f"file of {visit.actor.name}"
            )
        return visit.redirect("/notices?tray=answers", said="answers_received")
    workspace, server = visit.workspace, visit.workspace.config.delivery.imap
    if server is None:
        raise InputError(visit.say("notices.nowhere_to_read"))

    def work(job: Job) -> None:
        with workspace.store() as db:

            def keep(raw: bytes, source: str) -> None:
                receive_mail(workspace, db, raw, source=source)

            for left in read_imap(server, workspace.folder, keep):
                job.say(left)

    jobs_of(visit).begin(MAILBOX, "receive", visit.actor.name, work)
    return visit.redirect("/notices?tray=answers", said="answers_fetching")


@on_its_page
def withdraw(visit: Visit, notice: str) -> Response:
    """Withdraw a notice that was wrong, in one step."""
    how: tuple[Overturned, ...] = get_args(Overturned)
    overturned, reason = _chosen(visit, "overturned", how), _filled(visit, "reason")
    with writing(visit.db):
        done = withdraw_notice(
            visit.workspace,
            visit.db,
            notice,
            visit.actor,
            reason=reason,
            overturned=overturned,
            licensee=visit.field("licensee") == "yes",
            at=now(),
        )
    if done.retraction:
        return _to(visit, done.retraction, "notice_retracted")
    return _to(visit, notice, "notice_withdrawn")


ROUTES = (
    page("/notices/new", ask_draft, roles=MAY_WRITE),
    action("/notices", draft),
    action("/notices/send", send_several),
    action("/notices/deliver", deliver),
    action("/notices/receive", receive),
    action("/notices/answers/{answer}/reply", reply_to),
    action("/notices/answers/{answer}/dismiss", dismiss),
    action("/notices/{notice}/check", check),
    action("/notices/{notice}/consider", consider),
    action("/notices/{notice}/approve", approve, roles=APPROVERS),
    action("/notices/{notice}/send", send),
    action("/notices/{notice}/cancel", cancel),
    action("/notices/{notice}/resolve", resolve),
    action("/notices/{notice}/handed-over", hand_over),
    action("/notices/{notice}/reply", reply),
    action("/notices/{notice}/withdraw", withdraw),
)
