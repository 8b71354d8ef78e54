"""The journal of a sandbox as text, for the report of a test that failed."""

from collections.abc import Mapping
from itertools import groupby

from mockserver.client.control_plane import Sandbox
from mockserver.client.documents import Exchange
from mockserver.client.errors import findings_text

_SHOWN = 30
_LONGEST_BODY = 500


def journal_text(sandbox: Sandbox) -> str:
    """Return the last exchanges of a sandbox with their decision traces, and the findings about the client."""
    exchanges = sandbox.journal(order="newest", limit=_SHOWN + 1)
    kinds = {fault["id"]: fault["kind"] for fault in sandbox.faults.list()}
    lines = [f"the journal of the sandbox {sandbox.id}:"]
    if not exchanges:
        lines.append("no request was sent with a key of this sandbox")
    if len(exchanges) > _SHOWN:
        lines.append(f"only the last {_SHOWN} exchanges are shown")
    for each in reversed(exchanges[:_SHOWN]):
        lines += exchange_text(sandbox.exchange(each["number"]), kinds)
    findings = findings_text(sandbox.findings())
    return "\n".join([*lines, *(["findings about the client:", *findings] if findings else [])])


def exchange_text(exchange: Exchange, fault_kinds: Mapping[str, str]) -> list[str]:
    """Return the lines that describe an exchange, given the kinds of the faults that exist."""
    query = f"?{exchange['query']}" if exchange["query"] else ""
    steps = groupby(exchange["trace"], key=lambda step: step["verdict"])
    trace = "; ".join(f"{verdict}: {', '.join(step['rule'] for step in rules)}" for verdict, rules in steps)
    faults = ", ".join(fault_kinds.get(fault, fault) for fault in exchange["faults"])
    return [
        f"#{exchange['number']} {exchange['method']} {exchange['path']}{query}: {_outcome(exchange)}",
        *([f"    {trace}"] if trace else []),
        *([f"    faults: {faults}"] if faults else []),
        *_body("sent", exchange["request"]["body"]),
        *_body("received", exchange["response"]["body"]),
    ]


def _outcome(exchange: Exchange) -> str:
    status = "no response" if exchange["status"] is None else str(exchange["status"])
    refused = f", refused by the rule {exchange['rule']}" if exchange["rule"] else ""
    outcome = "" if exchange["outcome"] == "answered" else f" ({exchange['outcome']})"
    return f"{status}{outcome}{refused}"


def _body(label: str, text: str | None) -> list[str]:
    if not text:
        return []
    cut = text if len(text) <= _LONGEST_BODY else f"{text[:_LONGEST_BODY]}..."
    return [f"    {label}: {cut}"]
