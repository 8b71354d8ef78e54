"""The pytest file that repeats a violation; it needs httpx alone, and fails while the violation is there."""

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from itertools import starmap

from conformance.report.legible import line
from conformance.report.scripts.comparisons import Comparison
from conformance.report.scripts.expressions import Changed, Expression, Part, Setting, Slice, Variable
from conformance.report.scripts.plan import Plan, comment
from conformance.report.scripts.settings import description, settings
from conformance.report.scripts.steps import Group, Step, alike

_EMBEDDED = ("transcript.py", "changes.py", "replay.py")
_IMPORTS = ("import ", "from ")
_SUPPRESSION = re.compile(r"  # noqa.*")


def render(plan: Plan, name: str) -> str:
    """Return the file, whose test has this name."""
    lines = [f"# {text.encode('ascii', 'backslashreplace').decode()}" for text in comment(plan)]
    lines += ["", *_imports(), "", *_settings(plan), "", "", *_embedded(), ""]
    lines += ["", "def attempt(replay):", *(f"    {text}" for text in _attempt(plan)), "", ""]
    return "\n".join([*lines, *_test(plan, name)]) + "\n"


def _imports() -> Iterator[str]:
    lines = [text for source in _sources() for text in source.split("\n") if text.startswith(_IMPORTS)]
    lines = [text for text in lines if "conformance" not in text]
    modules = {text for text in lines if text.startswith("import ")} | {"import os", "import pytest", "import uuid"}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for module, _, imported in (text.partition(" import ") for text in lines if text.startswith("from ")):
        names[module].update(imported.split(", "))
    yield from sorted(modules)
    yield from (f"{module} import {', '.join(sorted(names[module]))}" for module in sorted(names))


def _sources() -> Iterator[str]:
    for name in _EMBEDDED:
        yield resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _embedded() -> Iterator[str]:
    for source in _sources():
        body = source.split('"""\n', 1)[1]
        kept = (text for text in body.split("\n") if not text.startswith(_IMPORTS))
        yield _SUPPRESSION.sub("", "\n".join(kept)).strip("\n")
        yield "\n"


def _settings(plan: Plan) -> Iterator[str]:
    for name, default in settings(plan).items():
        if default is None:
            yield f"{name} = os.environ[{name!a}]  # {line(description(plan, name), 200)}"
        else:
            without_slash = '.rstrip("/")' if name.endswith("_URL") else ""
            yield f"{name} = os.environ.get({name!a}, {default!a}){without_slash}"
    if not plan.states_url:
        yield 'AUDIENCE_STATES_URL = ""'
    yield 'AUDIENCE_CA_BUNDLE = os.environ.get("AUDIENCE_CA_BUNDLE")'
    yield f'AUDIENCE_ATTEMPTS = int(os.environ.get("AUDIENCE_ATTEMPTS", "{plan.attempts}"))'


def _test(plan: Plan, name: str) -> Iterator[str]:
    last = plan.own[-1][-1].number
    message = f"{plan.requirement.id}: expected {plan.violation.expected}; actual "
    yield f"def {name}():"
    yield "    for _ in range(AUDIENCE_ATTEMPTS):"
    yield "        with Replay(AUDIENCE_BASE_URL, AUDIENCE_STATES_URL, AUDIENCE_CA_BUNDLE) as replay:"
    yield "            try:"
    yield "                is_violated = attempt(replay)"
    yield "            except NotViolatedError:"
    yield "                continue"
    yield "            if is_violated:"
    shown = f"replay.shown_changes({', '.join(map(str, _numbers(plan)))})" if plan.pairs else f"replay.shown({last})"
    yield f"                pytest.fail({message!a} + {shown}, pytrace=False)"


def _numbers(plan: Plan) -> list[tuple[int, int]]:
    return [(before.number, after.number) for before, after in plan.pairs]


def _attempt(plan: Plan) -> Iterator[str]:
    for name in plan.fresh:
        yield f"{name} = str(uuid.uuid4())"
    for group in plan.groups:
        if len(group) > 1:
            yield "replay.concurrently(["
            for step in group:
                yield f"    lambda: {_request(step)},"
            yield "])"
        else:
            if group[0].pause:
                yield f"replay.pause({group[0].pause:g})"
            yield _request(group[0])
        for name, steps in plan.shows_presence(group).items():
            yield f"replay.there({name!a}, {', '.join(str(step.number) for step in steps)})"
        for step in group:
            yield from _after(plan, step)
    yield f"return {_verdict(plan)}"


def _request(step: Step) -> str:
    headers = f"[{', '.join(f'({name!a}, {_value(value)})' for name, value in step.headers)}]"
    body = step.body
    content = "" if body is None else f", {body!a}" if isinstance(body, bytes) else f", ({_value(body)}).encode()"
    if step.is_state:
        return f"replay.state({step.number}, {headers}{content})"
    return f"replay.send({step.number}, {step.exchange.method!a}, {_value(step.path)}, {headers}{content})"


def _after(plan: Plan, step: Step) -> Iterator[str]:
    if step.is_done and not step.is_own and not step.is_state:
        yield f"replay.expect({step.number}, {step.status!a})"
    own = ", own=True" if step.is_own else ""
    for capture in step.captures:
        yield f"{capture.variable} = replay.value({step.number}, {', '.join(map(ascii, capture.path))}{own})"
    created = next((capture for capture in step.captures if capture.path == ("data", "id")), None)
    if created and not plan.states_url and step.creates_audience:
        headers = [(name, value) for name, value in step.headers if name.lower() == "authorization"]
        shown = ", ".join(f"({name!a}, {_value(value)})" for name, value in headers)
        yield f"replay.created({step.number}, {_value(step.path)} + '/' + {created.variable}, [{shown}])"


def _verdict(plan: Plan) -> str:
    if plan.allowed:  # of concurrent requests, another one may get the response that was recorded
        (number,) = (step.number for group in plan.own for step in group)
        return f"replay.statuses(({number},))[0] not in {plan.allowed!a}"
    if plan.by_status:
        classes = [same for group in plan.own for same in alike(group)]
        groups = ", ".join(str(tuple(step.number for step in same)) for same in classes)
        recorded = [status for same in classes for status in sorted(step.status for step in same)]
        return f"replay.statuses({groups}) == {recorded!a}"
    entries = ", ".join([*starmap(_entry, plan.compared), *(f"replay.changed_places{pair}" for pair in _numbers(plan))])
    return f"comparable([{entries}], [{', '.join(plan.known)}]) == {plan.recorded!a}"


def _entry(comparison: Comparison, steps: Group) -> str:
    return f"replay.{comparison}({', '.join(str(step.number) for step in steps)})"


def _value(expression: Expression) -> str:
    return " + ".join(map(_part, expression)) or "''"


def _part(part: Part) -> str:
    if isinstance(part, str):
        return ascii(part)
    if isinstance(part, Setting) or (isinstance(part, Variable) and part.form == "plain"):
        return part.name
    if isinstance(part, Variable):
        return f"{part.form}({part.name})"
    if isinstance(part, Slice):
        return f"{part.name}[{part.start}:{'' if part.end is None else part.end}]"
    assert isinstance(part, Changed)  # noqa: S101  (the last kind)
    return f"changed({part.name}, {part.index}, {part.replacement!a}, {part.otherwise!a})"
