"""Plain `schemathesis run`, all checks and phases, on a server started for it, with a full and with a read-only key.

python -m tests.system.schemathesis_run [further options of `schemathesis run`]
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import click

from openapi import contract
from tests.process import ROOT, served

KEYS = ("sk_test_all_permissions", "sk_test_read_only")
REFUSED = {401, 403}
HALF = 0.5


def main(options: list[str]) -> int:
    """Run it for both keys; exit status 0 if no failure was found and the first run met more than refusals."""
    return max([run(key, options) for key in KEYS])


def run(key: str, options: list[str]) -> int:
    """Run it against a fresh server, and tell what the server answered."""
    with tempfile.TemporaryFile("w+") as log:
        with served(log.fileno()) as url:
            command = [
                str(Path(sys.executable).with_name("schemathesis")),
                "run",
                "openapi/audiences.yaml",
                "--url",
                url,
            ]
            header = ["--header", f"Authorization: Bearer {key}"]
            status = subprocess.run([*command, *header, *options], cwd=ROOT, check=False).returncode  # noqa: S603  (ours)
        log.seek(0)
        answered = by_operation(line for line in log if line.startswith("{"))
    return max(status, told(key, answered))


def by_operation(lines: Iterable[str]) -> dict[str, Counter[int]]:
    """How often each operation was answered with each status."""
    patterns = {
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))): item[method]["operationId"]
        for path, item in sorted(contract()["paths"].items(), key=lambda entry: "{audienceId}" in entry[0])
        for method in item
        if isinstance(item[method], dict) and "operationId" in item[method]
    }
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for line in lines:
        known = json.loads(line)
        for (method, pattern), operation in patterns.items():
            if method == known["method"] and pattern.fullmatch(known["path"]):
                found[operation][known["status"]] += 1
                break
    return found


def told(key: str, answered: dict[str, Counter[int]]) -> int:
    """Print what each operation was answered; status 1 where the full key met more refusals than anything else."""
    poor = []
    for operation, statuses in sorted(answered.items()):
        share = 1 - sum(statuses[status] for status in REFUSED) / statuses.total()
        counts = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        click.echo(f"{operation:<26}{statuses.total():>5} cases, {share:>4.0%} other than 401 and 403 ({counts})")
        if share < HALF:
            poor.append(operation)
    if key == KEYS[0] and poor:
        click.echo(f"too many refusals to prove anything: {', '.join(poor)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
