"""The plan of a script: the requests of a violation in their order, and how to tell whether it shows again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.catalogue.requirements import Requirement
from conformance.report.legible import line
from conformance.report.redaction import Redactor
from conformance.report.scripts.comparisons import Compared, Pair, compared_steps, own_steps, recorded_form
from conformance.report.scripts.expressions import Writer
from conformance.report.scripts.prepared import Prepared, Resource
from conformance.report.scripts.steps import Group, Step, grouped, idempotency_keys, steps_of
from conformance.report.scripts.transcript import each_text
from conformance.results.violation import Violation

_STATUS = re.compile(r"\b[1-5]\d\d\b")
_MISSING = "404"
_RACE_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """A script.

    Attributes:
        requirement: The violated requirement.
        violation: The violation.
        base_url: The URL of the target.
        states_url: The URL of the provider states; empty where there is none.
        fresh: The variables of idempotency keys, which are new in each attempt, with their recorded values.
        groups: The steps; those of one group are sent concurrently.
        recorded: What came back in the run, in its comparable form.
        by_status: Whether the statuses alone decide.
        attempts: How often to try until the violation shows.
        prepared: The resources that were prepared by hand.
        pairs: The steps that read before a write, each with the step that reads the same after it, where their
            difference decides.
        keys: The descriptions of the keys that were prepared by hand, by their variables.
    """

    requirement: Requirement
    violation: Violation
    base_url: str
    states_url: str
    fresh: Mapping[str, str]
    groups: tuple[Group, ...]
    recorded: object
    by_status: bool
    attempts: int
    prepared: tuple[Resource, ...] = ()
    pairs: tuple[Pair, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in their order."""
        return tuple(step for group in self.groups for step in group)

    @property
    def own(self) -> tuple[Group, ...]:
        """The steps that decide, by group."""
        return own_steps(self.groups)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The steps whose requests and responses are compared with the recorded ones."""
        return tuple(compared_steps(self.groups, self.pairs, self.violation.decisive))

    @property
    def allowed(self) -> tuple[str, ...]:
        """The statuses that would be no violation, where one response is decided by its status; else empty."""
        is_single = self.by_status and [len(group) for group in self.own] == [1]
        return tuple(dict.fromkeys(_STATUS.findall(self.violation.expected))) if is_single else ()

    def shows_presence(self, group: Group) -> Mapping[str, tuple[Step, ...]]:
        """Return the steps of a group that show whether a prepared resource is still there, by its variable.

        They are the first ones that name it, unless 404 came in the run, or would be no violation.
        """
        names = {resource.variable for resource in self.prepared}
        earlier = self.groups[: self.groups.index(group)]
        names.difference_update(name for before in earlier for step in before for name in step.variables)
        naming = {name: tuple(step for step in group if name in step.variables) for name in sorted(names)}
        return {name: steps for name, steps in naming.items() if steps and not self._may_be_missing(steps)}

    def _may_be_missing(self, steps: tuple[Step, ...]) -> bool:
        is_expected = any(step.is_own for step in steps) and _MISSING in _STATUS.findall(self.violation.expected)
        return is_expected or all(step.status == _MISSING for step in steps)

    @property
    def known(self) -> tuple[str, ...]:
        """The variables, in the order in which they are set."""
        resources = (resource.variable for resource in self.prepared)
        return (*self.fresh, *resources, *(capture.variable for step in self.steps for capture in step.captures))


def build_plan(
    requirement: Requirement,
    violation: Violation,
    base_url: str,
    redactor: Redactor,
    prepared: Prepared = Prepared(),  # noqa: B008  (it never changes)
) -> Plan | None:
    """Return the plan of a script; None for a violation without any request, or that cannot be repeated at will.

    Args:
        requirement: The violated requirement.
        violation: The violation, with its repetition.
        base_url: The URL of the target.
        redactor: The replacement of secrets by `$` and their names.
        prepared: The keys and resources that were prepared by hand.
    """
    repetition = violation.repetition
    if repetition is None or not violation.is_repeatable:
        return None
    base_url = base_url.rstrip("/")
    fresh = {value: f"FRESH_{number}" for number, value in enumerate(idempotency_keys(repetition), 1)}
    redact = redactor.text
    writer = Writer(redactor)
    writer.values.update(fresh)
    resources = prepared.needed_by(repetition.steps)
    named = {resource.identifier: resource.variable for resource in resources}
    writer.values.update(named)
    steps = steps_of(repetition, base_url, writer)
    groups = tuple(grouped(steps))
    is_race = any(len(group) > 1 for group in groups)
    by_number = {step.exchange.number: step for step in steps}
    is_by_status = _is_decided_by_status(violation)
    numbers = () if is_race or is_by_status else repetition.pairs
    pairs = tuple((by_number[before], by_number[after]) for before, after in numbers)
    states = [step.exchange.url for step in steps if step.is_state]
    return Plan(
        requirement=requirement,
        violation=replace(violation, expected=redact(violation.expected), actual=redact(violation.actual)),
        base_url=redact(base_url),
        states_url=redact(states[0]) if states else "",
        fresh={name: value for value, name in fresh.items()},
        groups=groups,
        recorded=each_text(recorded_form(groups, pairs, violation.decisive, [*fresh, *named], base_url), redact),
        by_status=is_by_status,
        attempts=_RACE_ATTEMPTS if is_race else 1,
        prepared=resources,
        pairs=pairs,
        keys={redact(key).strip("${}"): text for key, text in prepared.keys.items() if redact(key) != key},
    )


def _is_decided_by_status(violation: Violation) -> bool:
    """Whether the expected text names statuses, and the actual one begins with another."""
    actual = _STATUS.match(violation.actual.strip())
    expected = _STATUS.findall(violation.expected)
    return actual is not None and bool(expected) and actual.group() not in expected


def comment(plan: Plan) -> list[str]:
    """Return the lines at the head of a script: what is violated, and how it was seen."""
    requirement, violation = plan.requirement, plan.violation
    lines = [
        f"{requirement.id} ({requirement.level}): {requirement.text}",
        f"source: {requirement.source}",
        f"seen by {violation.check or 'the suite'}, at {plan.base_url}",
        f"expected: {violation.expected}",
        f"actual: {violation.actual}",
    ]
    if plan.attempts > 1:
        lines.append("Requests are sent concurrently here: it may need repetition, up to AUDIENCE_ATTEMPTS times.")
    lines += [_prepared_line(resource) for resource in plan.prepared]
    return [line(text, 400) for text in lines]


def _prepared_line(resource: Resource) -> str:
    """Return the line about a resource that was prepared by hand."""
    is_gone = f"the run has deleted {resource.identifier}, and another one is needed"
    advice = is_gone if resource.is_used_up else f"in the run {resource.identifier}; each is used once"
    return f"{resource.variable}: {resource.description}; {advice}"
