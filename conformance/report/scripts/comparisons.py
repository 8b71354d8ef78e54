"""The comparisons by which a script tells whether the same came back as in the run."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from conformance.report.scripts.changes import changed_places, response_changes
from conformance.report.scripts.replay import json_or_text
from conformance.report.scripts.steps import Group, Step, alike
from conformance.report.scripts.transcript import comparable

Pair = tuple[Step, Step]


class Comparison(StrEnum):
    """The comparison of some steps with the run; its value is the function of the script.

    Attributes:
        STATUSES: The statuses of requests that are the same, in any order.
        ALIKE: The whole responses to concurrent requests that are the same, in any order.
        TRANSCRIPT: The request and the response of a single step.
    """

    STATUSES = "together"
    ALIKE = "alike"
    TRANSCRIPT = "transcript"


Compared = tuple[Comparison, Group]


def recorded_form(
    groups: Sequence[Group], pairs: Sequence[Pair], decisive: frozenset[int] | None, named: Iterable[str], base_url: str
) -> object:
    """Return what came back in the run, in its comparable form."""
    values = [*named, *(capture.value for group in groups for step in group for capture in step.captures)]
    entries = [_entry(*compared, base_url) for compared in compared_steps(groups, pairs, decisive)]
    entries += [changed_places(response_changes(*(_transcript(step, base_url)[2:] for step in pair))) for pair in pairs]
    return comparable(entries, values)


def compared_steps(
    groups: Sequence[Group], pairs: Sequence[Pair], decisive: frozenset[int] | None
) -> Iterator[Compared]:
    """Yield the steps that decide, but for the reads that are compared with each other."""
    numbers = {step.number for pair in pairs for step in pair}
    for group in own_steps(groups):
        for same in alike(group) if numbers.isdisjoint(step.number for step in group) else ():
            is_decisive = len(group) == 1 if decisive is None else any(one.exchange.number in decisive for one in same)
            whole = Comparison.ALIKE if len(same) > 1 else Comparison.TRANSCRIPT
            yield whole if is_decisive else Comparison.STATUSES, same


def _entry(comparison: Comparison, steps: Group, base_url: str) -> object:
    if comparison is Comparison.STATUSES:
        return sorted(step.status for step in steps)
    transcripts = [_transcript(step, base_url) for step in steps]
    return {"alike": transcripts} if comparison is Comparison.ALIKE else transcripts[0]


def _transcript(step: Step, base_url: str) -> list[object]:
    exchange = step.exchange
    sent, received = (
        json_or_text((body or b"").decode("utf-8", "replace"))
        for body in (exchange.request_body, exchange.response_body)
    )
    return [exchange.url.removeprefix(base_url), sent, step.status, received]


def own_steps(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Return the steps of the check itself, by group."""
    own = (tuple(step for step in group if step.is_own) for group in groups)
    return tuple(group for group in own if group)
