"""The shell script that repeats a violation: for `sh`, with `curl` and `jq`."""

import json
import math
import re
import shlex
from collections.abc import Iterator
from importlib import resources
from itertools import starmap

from conformance.report.scripts.captures import Path
from conformance.report.scripts.comparisons import Comparison
from conformance.report.scripts.expressions import Expression, Setting, Variable, merged
from conformance.report.scripts.plan import Plan, comment
from conformance.report.scripts.settings import description, settings
from conformance.report.scripts.shell_words import word
from conformance.report.scripts.steps import Group, Step, alike
from conformance.report.scripts.transcript import IDENTIFIER, TIME


def render(plan: Plan) -> str:
    """Return the script."""
    lines = ["#!/bin/sh", *(f"# {text}" for text in comment(plan))]
    lines += ["#", "# Exit status: 1 if it is violated, 0 if it is not, 2 if that could not be seen.", "set -u"]
    lines += [*_settings(plan), "", _prelude().rstrip(), "", "attempt() (", *_indented(_attempt(plan)), ")", ""]
    return "\n".join([*lines, *_loop(plan)]) + "\n"


def _prelude() -> str:
    text = resources.files(__package__).joinpath("prelude.sh").read_text(encoding="utf-8")
    return text.replace("@TIME@", TIME).replace("@IDENTIFIER@", IDENTIFIER)


def _indented(lines: Iterator[str]) -> Iterator[str]:
    for text in lines:
        yield f"  {text}" if text else ""


def _settings(plan: Plan) -> Iterator[str]:
    for name, default in settings(plan).items():
        if default is None:
            text = re.sub(r"[^\w ,.:-]", "_", description(plan, name))
            yield f': "${{{name}:?set it in the environment: {text}}}"'
        else:
            yield f"{name}=${{{name}:-{_in_braces(default)}}}"
    yield "AUDIENCE_BASE_URL=${AUDIENCE_BASE_URL%/}"


def _in_braces(text: str) -> str:
    return shlex.quote(text) if text else ""


def _loop(plan: Plan) -> list[str]:
    return [
        f"attempts=${{AUDIENCE_ATTEMPTS:-{plan.attempts}}}",
        "attempt",
        "result=$?",
        'while [ "$result" = 0 ] && [ "$attempts" -gt 1 ]; do',
        "  attempts=$((attempts - 1))",
        "  attempt",
        "  result=$?",
        "done",
        'exit "$result"',
    ]


def _attempt(plan: Plan) -> Iterator[str]:
    headers = _state_headers(plan)
    yield "work=$(mktemp -d) || exit 2"
    yield f"trap {shlex.quote(' '.join(['clean_up', *headers]))} EXIT"
    yield "trap 'exit 2' HUP INT TERM"
    for name in plan.fresh:
        yield f"{name}=$(fresh)"
    for group in plan.groups:
        yield ""
        for step in group:
            yield from _request(step, is_concurrent=len(group) > 1)
        if len(group) > 1:
            yield "wait"
        for name, steps in plan.shows_presence(group).items():
            yield f"there {name} {' '.join(str(step.number) for step in steps)}"
        for step in group:
            yield from _after(plan, step)
    yield ""
    yield from _verdict(plan)


def _state_headers(plan: Plan) -> list[str]:
    step = next((step for step in plan.steps if step.is_state), None)
    return [] if step is None else [_header(name, value) for name, value in step.headers]


def _request(step: Step, *, is_concurrent: bool) -> Iterator[str]:
    if step.pause:
        yield f"sleep {math.ceil(step.pause)}"
    if step.body is not None:
        yield f'{_printed(step.body)} >"$work/{step.number}.sent"'
    url = word((Setting("AUDIENCE_STATES_URL"),) if step.is_state else (Setting("AUDIENCE_BASE_URL"), *step.path))
    headers = [_header(name, value) for name, value in step.headers]
    if step.body is not None and not any(name.lower() == "content-type" for name, _ in step.headers):
        headers.append("'Content-Type:'")  # without it curl declares any data a form
    words = ["send", str(step.number), shlex.quote(step.exchange.method), url, *headers]
    yield " ".join(words) + (" &" if is_concurrent else "")


def _printed(body: Expression | bytes) -> str:
    if isinstance(body, bytes):
        return "printf '" + "".join(f"\\{byte:03o}" for byte in body) + "'"
    return f"printf %s {word(body)}"


def _header(name: str, value: Expression) -> str:
    return word(merged((f"{name}: ", *value))) if value else shlex.quote(f"{name};")


def _after(plan: Plan, step: Step) -> Iterator[str]:
    number = step.number
    if step.is_state:
        yield f"state {number}"
    elif step.is_done and not step.is_own:
        yield f"prepared {number} {step.status}"
    for capture in step.captures:
        problem = f"step {number} shows no {_filter(capture.path)}"
        otherwise = f"{'absent' if step.is_own else 'fail'} {shlex.quote(problem)}"
        yield f"{capture.variable}=$(value {number} {shlex.quote(_filter(capture.path))}) || {otherwise}"
    yield from _deletion(plan, step)


def _deletion(plan: Plan, step: Step) -> Iterator[str]:
    """Yield the line that has an audience deleted at the end, where no provider state goes with all its audiences."""
    created = next((capture for capture in step.captures if capture.path == ("data", "id")), None)
    key = next((_header(name, value) for name, value in step.headers if name.lower() == "authorization"), None)
    if created and key and not plan.states_url and step.creates_audience:
        url = (Setting("AUDIENCE_BASE_URL"), *step.path, "/", Variable(created.variable))
        yield f"created {step.number} {word(url)} {key}"


def _filter(path: Path) -> str:
    words = (
        f"[{part}]" if isinstance(part, int) else f".{part}" if _is_name(part) else f"[{json.dumps(part)}]"
        for part in path
    )
    filter_ = "".join(words)
    return filter_ if filter_.startswith(".") else f".{filter_}"


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _verdict(plan: Plan) -> Iterator[str]:
    last = plan.own[-1][-1].number
    if plan.allowed:
        yield f'case $(statuses {last}) in {"|".join(plan.allowed)}) absent "step {last}: $(shown {last})" ;; esac'
    elif plan.by_status:
        classes = [same for group in plan.own for same in alike(group)]
        now = "; ".join(map(_statuses, classes))
        recorded = "\n".join(status for same in classes for status in sorted(step.status for step in same))
        yield f'[ "$({now})" = {shlex.quote(recorded)} ] ||'
        yield f'  absent "step {last}: $(shown {last})"'
    else:
        entries = " ".join([*starmap(_entry, plan.compared), *(f"changed_places {pair};" for pair in _pairs(plan))])
        yield f'printf %s {shlex.quote(json.dumps(plan.recorded))} >"$work/recorded"'
        known = " ".join(f'"${name}"' for name in plan.known)
        yield f"{{ {entries} }} | same {known} ||"
        yield f'  absent "step {last}: $(shown {last})"'
    expected = shlex.quote(f"VIOLATED {plan.requirement.id}: expected {_shown(plan.violation.expected)}; actual")
    shown = f"shown_changes {' '.join(_pairs(plan))}" if plan.pairs else f"shown {last}"
    yield f"printf '%s %s\\n' {expected} \"$({shown})\""
    yield "exit 1"


def _pairs(plan: Plan) -> list[str]:
    return [f"{before.number} {after.number}" for before, after in plan.pairs]


def _statuses(steps: Group) -> str:
    return f"statuses {' '.join(str(step.number) for step in steps)} | sort"


def _entry(comparison: Comparison, steps: Group) -> str:
    return f"{comparison} {' '.join(str(step.number) for step in steps)};"


def _shown(text: str) -> str:
    return " ".join(comment_free(text).split())


def comment_free(text: str) -> str:
    """Return a text without control characters, in ASCII."""
    return text.encode("ascii", "backslashreplace").decode().replace("\x1b", "")
