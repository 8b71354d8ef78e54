"""The effects of a success of P1-P4, and the violations that it may show."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.model.messages import JobPage, Request, Response, ShownJob
from conformance.model.state import Activity, Job, Path, StartRequest, State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, requirement

_ENDED = frozenset({"completed", "failed", "cancelled"})
_ACTIVE = frozenset({"queued", "running"})
_REPLAYED = 200


def start(state: State, request: Request, response: Response) -> Judgement:
    """Add the started job, or find the job that the same request started before (P1).

    The audience that it populates is not documented: it may be any audience of the account group, or a new one.
    """
    shown = response.data
    if not isinstance(shown, ShownJob):
        group = frozenset({request.group})
        lost = replace(
            state.with_unknown(request.group),
            may_have_unknown_jobs=state.may_have_unknown_jobs | group,
            may_have_unknown_active_job=state.may_have_unknown_active_job | group,
        )
        return Judgement(frozenset({_with_start_request(lost, request, None)}))
    path = (request.group, shown.id)
    violations = tuple(_replay_violations(state, request, response, path))
    after = _with_start_request(state, request, shown.id)
    if path not in state.jobs:
        job = Job(Activity.OPEN, body=request.body)
        after = after.with_unknown(request.group).with_job(path, job).with_unsettled(path)
    return Judgement(frozenset({_with_shown_job(after, path, shown)}), violations)


def read(state: State, request: Request, response: Response) -> Judgement:
    """Judge the status of a job (P2: 'current public status of one prospecting job')."""
    shown = response.data
    if not isinstance(shown, ShownJob):
        return Judgement(frozenset({state}))
    is_unsettled = request.path in state.unsettled
    violations = [*_status_violations(state, request, shown, Severity.SHOULD if is_unsettled else Severity.MUST)]
    if shown.id != request.resource_id:
        current = requirement(request.operation, Fact.CURRENT)
        violations.append(RuleViolation(Severity.MUST, current, f"job {request.resource_id}", f"job {shown.id}"))
    return Judgement(frozenset({_with_shown_job(state, request.path, shown)}), tuple(violations))


def list_jobs(state: State, request: Request, response: Response) -> Judgement:
    """Judge the jobs of an account group (P3). A list may lag; how long it keeps ended jobs is not documented."""
    page = response.data
    if not isinstance(page, JobPage):
        return Judgement(frozenset({state}))
    after = state
    violations: list[RuleViolation] = []
    for item in page.items:
        violations += _status_violations(state, request, item, Severity.SHOULD)
        after = _with_shown_job(after, (request.group, item.id), item)
    if request.is_complete and page.last and request.status is None:
        violations += _missing(state, request, {item.id for item in page.items})
    return Judgement(frozenset({after}), tuple(violations))


def cancel(state: State, request: Request, _: Response) -> Judgement:
    """End the job of the path (P4). Whether its audience stays, is deleted or is guarded is not documented."""
    job = state.jobs.get(request.path)
    if job is None or job.activity is Activity.ENDED:
        return Judgement(frozenset({state}))
    ended = replace(job, activity=Activity.ENDED, outcome="cancelled", declared=False)
    after = state.with_job(request.path, ended).with_unsettled(request.path)
    path = (request.group, job.audience or "")
    if path not in after.audiences or after.is_populated(path):
        return Judgement(frozenset({after}))
    stays = after.with_audience(path, replace(after.audiences[path], ready=False))
    return Judgement(frozenset({stays, after.without_audience(path)}))


def refuse_to_cancel(state: State, request: Request) -> State:
    """End a job that cannot be cancelled, unless its activity is known already."""
    job = state.jobs.get(request.path)
    if job is None or job.activity is not Activity.OPEN:
        return state
    return state.with_job(request.path, replace(job, activity=Activity.ENDED))


def _with_start_request(state: State, request: Request, job: str | None) -> State:
    if request.idempotency is None:
        return state
    key = (request.group, request.key, request.idempotency)
    earlier = state.starts.get(key)
    if earlier is not None and (earlier.body != request.body or job is None):
        return state
    return replace(state, starts=state.starts.put(key, StartRequest(request.body, job)))


def _replay_violations(state: State, request: Request, response: Response, path: Path) -> Iterator[RuleViolation]:
    """Yield the violations of replay: a repeated start is the same start.

    Sources: 'send a stable Idempotency-Key header when retrying this request'; 202: 'Job created'; 200: 'Existing
    completed prospecting job replayed for the same request'.
    """
    replay = requirement(request.operation, Fact.REPLAY)
    job = state.jobs.get(path)
    earlier = state.starts.get((request.group, request.key, request.idempotency or ""))
    if earlier is not None and earlier.body == request.body and earlier.job not in (None, path[1]):
        first = state.jobs.get((request.group, earlier.job or ""))
        # The page speaks only of the 'existing completed' job, not of one that failed or may have failed.
        level = Severity.MUST if first is not None and first.outcome == "completed" else Severity.SHOULD
        if first is None or first.outcome not in ("failed", "cancelled"):
            yield RuleViolation(level, replay, f"job {earlier.job} again", f"job {path[1]}")
    elif job is not None and _is_unrelated(state, request, job):
        new = requirement(request.operation, Fact.NEW)
        yield RuleViolation(Severity.MUST, new, "a job of its own", f"job {path[1]}, started by another request")
    elif job is None and response.status == _REPLAYED and request.group not in state.may_have_unknown_jobs:
        yield RuleViolation(Severity.MUST, replay, "202 for a new job", f"{response}")
    elif job is not None and job.outcome == "completed" and response.status != _REPLAYED:
        yield RuleViolation(Severity.SHOULD, replay, "200 for a completed job", f"{response}")


def _is_unrelated(state: State, request: Request, job: Job) -> bool:
    """Whether another body started the job, and no idempotency key of any caller connects it with this request."""
    if job.body is None or job.body == request.body:
        return False
    return not any(
        (group, idempotency) == (request.group, request.idempotency) for group, _, idempotency in state.starts
    )


def _status_violations(state: State, request: Request, shown: ShownJob, level: Severity) -> Iterator[RuleViolation]:
    """Yield a violation if a status contradicts the known one.

    That an ended job stays ended is inferred, unless a provider state declared it.
    """
    job = state.jobs.get((request.group, shown.id))
    if job is None:
        return
    level = level if job.declared else Severity.SHOULD
    current = requirement(request.operation, Fact.CURRENT)
    if job.activity is Activity.ACTIVE and shown.status in _ENDED:
        yield RuleViolation(level, current, "queued or running", str(shown.status))
    elif job.activity is Activity.ENDED and shown.status in _ACTIVE:
        yield RuleViolation(level, current, job.outcome or "a job that has ended", str(shown.status))
    elif job.outcome is not None and shown.status in _ENDED - {job.outcome}:
        yield RuleViolation(Severity.SHOULD, current, job.outcome, str(shown.status))


def _missing(state: State, request: Request, shown: set[str]) -> Iterator[RuleViolation]:
    for (group, identifier), job in state.jobs.items():
        if group == request.group and identifier not in shown:
            is_certain = job.activity is Activity.ACTIVE and (group, identifier) not in state.lagging
            level = Severity.MUST if is_certain else Severity.SHOULD
            yield RuleViolation(
                level, requirement(request.operation, Fact.COMPLETE), f"job {identifier}", "not in the response"
            )


def _with_shown_job(state: State, path: Path, shown: ShownJob) -> State:
    """Learn the status of a job; a job known from the API alone has ended once it is shown as ended."""
    job = state.jobs.get(path, Job(Activity.OPEN))
    if job.activity is Activity.OPEN and isinstance(shown.status, str) and shown.status in _ENDED:
        job = replace(job, activity=Activity.ENDED, outcome=shown.status)
    elif (
        job.activity is Activity.ENDED
        and job.outcome is None
        and isinstance(shown.status, str)
        and shown.status in _ENDED
    ):
        job = replace(job, outcome=shown.status)
    return state.with_job(path, job)
