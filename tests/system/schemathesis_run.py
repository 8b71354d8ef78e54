"""Plain `schemathesis run`, all checks and phases, on servers started for it: both contracts, with what is met counted.

The vendor's API with a full and with a read-only key; the control plane with several seeds, the last of them fresh.
python -m tests.system.schemathesis_run [further options of `schemathesis run`]
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from openapi import contract, control_contract
from tests.harness.subprocess_server import ROOT, served

REFUSED = frozenset({401, 403})
MISSED = REFUSED | {404}
HALF = 0.5
BAD = 400
GONE_AT_ONCE = frozenset({"deleteKey", "deleteKeyLimit", "getFault", "deleteFault", "restoreSnapshot"})
"""What they are for is there once, for the first of many cases; a run may well be without."""
NOT_SENT = frozenset({"followJournal", "importSeed"})
"""Operations that `schemathesis.toml` leaves out, with the reason."""
NEVER_THERE = frozenset({"getExchange"})
"""A run over the control plane asks nothing of the vendor's API, so that no journal has an exchange."""


@dataclass(frozen=True)
class Run:
    """A run: `options` beside those of the command line, and the answers that prove nothing about an operation.

    `poor`: the operations of which nothing needs to be proved, None for all.
    """

    name: str
    contract: str
    document: Mapping[str, Any]
    options: tuple[str, ...]
    futile: frozenset[int]
    poor: frozenset[str] | None = frozenset()


def runs() -> list[Run]:
    """All of them."""
    audiences, control = contract(), control_contract()
    vendor = [
        Run(key, "audiences", audiences, ("--header", f"Authorization: Bearer {key}"), REFUSED, poor)
        for key, poor in (("sk_test_all_permissions", frozenset[str]()), ("sk_test_read_only", None))
    ]
    seeds: list[tuple[str, ...]] = [("--seed", "1"), ("--seed", "2"), ("--seed", "3"), ()]
    ours = [
        Run(" ".join(seed), "control", control, seed, MISSED, GONE_AT_ONCE | NEVER_THERE | NOT_SENT) for seed in seeds
    ]
    return vendor + ours


def main(options: list[str]) -> int:
    """Do all runs; exit status 0 if no failure was found and they met more than refusals."""
    return max([conclude(run, options) for run in runs()])


def conclude(run: Run, options: list[str]) -> int:
    """Do one run on a fresh server, and tell what that answered."""
    with tempfile.TemporaryFile("w+") as log:
        with served(log.fileno()) as url:
            program = str(Path(sys.executable).with_name("schemathesis"))
            command = [program, "run", f"openapi/{run.contract}.yaml", "--url", url, *run.options, *options]
            status = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603  (ours)
        log.seek(0)
        answered = by_operation(run.document, (line for line in log if line.startswith("{")))
    return max(status, told(run, answered))


def by_operation(document: Mapping[str, Any], lines: Iterable[str]) -> dict[str, Counter[int]]:
    """Return the number of responses by operation and status."""
    patterns = {
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))): item[method]["operationId"]
        for path, item in sorted(document["paths"].items(), key=lambda entry: str(entry[0]).count("{"))
        for method in item
        if isinstance(item[method], dict) and "operationId" in item[method]
    }
    found: dict[str, Counter[int]] = {operation: Counter() for operation in patterns.values()}
    for line in lines:
        known = json.loads(line)
        for (method, pattern), operation in patterns.items():
            if method == known["method"] and pattern.fullmatch(known["path"]):
                found[operation][known["status"]] += 1
                break
    return found


def told(run: Run, answered: Mapping[str, Counter[int]]) -> int:
    """Print what each operation was answered; status 1 where one met too little else than what proves nothing."""
    click.echo(f"{run.contract} {run.name}")
    lacking = []
    for operation, statuses in sorted(answered.items()):
        total = statuses.total()
        share = 1 - sum(statuses[status] for status in run.futile) / total if total else 0
        counts = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        click.echo(f"{operation:<26}{total:>5} cases, {share:>4.0%} get past {_listed(run.futile)} ({counts})")
        if share < HALF or not any(status < BAD for status in statuses):
            lacking.append(operation)
    poor = [] if run.poor is None else sorted(set(lacking) - run.poor)
    if poor:
        click.echo(f"too little was met to prove anything: {', '.join(poor)}")
    return 1 if poor else 0


def _listed(statuses: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(statuses)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
