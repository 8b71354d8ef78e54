"""The files of `--reproduce`: a shell script and a pytest file for each violation."""

from collections.abc import Iterable
from pathlib import Path

from conformance.report.redaction import Redactor
from conformance.report.scripts import pytest_file, shell
from conformance.report.scripts.plan import build_plan
from conformance.report.scripts.prepared import Prepared
from conformance.report.wording import shown_violations
from conformance.results.verdicts import RequirementResult

_EXECUTABLE = 0o755


def write_scripts(
    folder: Path,
    results: Iterable[RequirementResult],
    base_url: str,
    redactor: Redactor,
    prepared: Prepared = Prepared(),  # noqa: B008  (it never changes)
) -> int:
    """Write two files for each violation that differs from the others of its requirement; return the number of pairs.

    Args:
        folder: The folder, which is made where it is missing.
        results: The results, with their secrets.
        base_url: The URL of the target.
        redactor: The replacement of secrets by `$` and their names.
        prepared: The keys and resources that were prepared by hand.

    Raises:
        OSError: A file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for result in results:
        for number, violation in enumerate(shown_violations(result.observations), 1):
            plan = build_plan(result.requirement, violation, base_url, redactor, prepared)
            if plan is None:
                continue
            stem = f"{result.requirement.id}-{number}"
            script = folder / f"{stem}.sh"
            script.write_text(shell.render(plan), encoding="utf-8")
            script.chmod(_EXECUTABLE)
            name = f"test_{stem.lower().replace('-', '_')}"
            (folder / f"{name}.py").write_text(pytest_file.render(plan, name), encoding="utf-8")
            count += 1
    return count
