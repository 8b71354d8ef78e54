"""The tables of the command `states`: the interface, and the trials of a states URL."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.report.legible import line
from conformance.report.redaction import Redactor
from conformance.states.interface import Parameter, StateDescription
from conformance.states_check.trial import Result, Trial

_GAP = "  "
_INTERFACE_WIDTHS = (27, 14, 20, 15, 16)
_TRIAL_WIDTHS = (27, 21, 9, 37)
_TEXT = 100
_LEGEND = (
    "POST to the states URL: {state, params, action}, action being 'setup' or 'teardown'. 200 and a JSON object of "
    "values: the state is so, and the target is held to it. 501 and {reason}: it cannot be established, and what needs "
    "it is not run. The teardown gets the parameters together with the values, and may be repeated. "
    "openapi/provider-states.yaml has the whole interface, docs/provider-states.md an example of each request."
)
_ADVICE = (
    "A run would hold the target to these states, and report violations of its API. Correct the states URL; a state "
    "that is not implemented has to be 501."
)
_NOT_LOOKED_AT = "Nothing was looked at on the target: --base-url shows whether each state is seen by a client."


def interface_table(descriptions: Sequence[StateDescription]) -> str:
    """Return the states with their parameters and their values, at most 100 columns wide."""
    rows = [cells for description in descriptions for cells in _interface_rows(description)]
    lines = _render(("state", "parameter", "values", "default", "responds with"), rows, _INTERFACE_WIDTHS)
    return "\n".join([*lines, "", *_wrapped(_LEGEND)])


def interface_document(descriptions: Sequence[StateDescription]) -> list[dict[str, Any]]:
    """Return the states with their parameters and their values, for programs."""
    return [
        {
            "state": description.name,
            "description": description.description,
            "shows": description.shows,
            "teardown": description.teardown,
            "parameters": [_parameter(parameter) for parameter in description.parameters],
            "values": dict(description.values),
        }
        for description in descriptions
    ]


def trial_table(trials: Sequence[Trial], redactor: Redactor, *, looked: bool) -> str:
    """Return the trials and their sum; `looked`: whether the target was looked at."""
    rows = [(trial.state, trial.shown, trial.result, line(redactor.text(trial.text))) for trial in trials]
    lines = _render(("state", "parameter", "result", "remark"), rows, _TRIAL_WIDTHS)
    numbers = Counter(trial.result for trial in trials)
    sums = ", ".join(f"{numbers[result]} {result}" for result in Result if numbers[result])
    notes = [] if looked else [_NOT_LOOKED_AT]
    notes += [_ADVICE] if numbers[Result.WRONG] else []
    return "\n".join([*lines, "", sums, *(text for note in notes for text in _wrapped(note))])


def trial_document(trials: Sequence[Trial], redactor: Redactor) -> list[Mapping[str, str]]:
    """Return the trials for programs."""
    return [
        {
            "state": trial.state,
            "parameter": trial.shown,
            "result": trial.result,
            "remark": line(redactor.text(trial.text)),
        }
        for trial in trials
    ]


def _interface_rows(description: StateDescription) -> Iterator[tuple[str, ...]]:
    values = ", ".join(description.values)
    for index, parameter in enumerate(description.parameters):
        is_first = index == 0
        yield (
            description.name if is_first else "",
            parameter.name,
            _values_of(parameter),
            "(required)" if parameter.required else parameter.default or "",
            values if is_first else "",
        )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _TEXT, break_on_hyphens=False)


def _values_of(parameter: Parameter) -> str:
    if not parameter.choices:
        return {"integer": "a whole number", "string": "a text"}.get(parameter.type, parameter.type)
    return f"a list of {', '.join(parameter.choices)}" if parameter.type == "array" else " | ".join(parameter.choices)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "choices": list(parameter.choices),
        "default": parameter.default,
        "required": parameter.required,
        "description": parameter.description,
    }


def _render(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], widths: tuple[int, ...]) -> Iterator[str]:
    """Yield the lines of a table, in which each cell is wrapped to the width of its column."""
    for cells in (head, tuple("-" * width for width in widths), *rows):
        columns = [
            textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
            for cell, width in zip(cells, widths, strict=True)
        ]
        for index in range(max(map(len, columns))):
            parts = (column[index] if index < len(column) else "" for column in columns)
            padded = (part.ljust(width) for part, width in zip(parts, widths, strict=True))
            yield _GAP.join(padded).rstrip()
