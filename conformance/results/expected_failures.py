"""The file of expected failures: lines of `ID  reason`, for requirements that are known to fail or cannot be run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_COMMENT = "#"


class ExpectedFailuresError(ValueError):
    """Raised by `read` before a run: a line of the file is invalid. The message has the line and the problem."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """A requirement that is expected to fail or not to be run, with the reason and the number of the line."""

    requirement_id: str
    reason: str
    line: int


def read(text: str, known: Collection[str]) -> Mapping[str, ExpectedFailure]:
    """Return the expected failures by requirement id.

    Only a line that begins with # is a comment, since a reason may name an issue such as #123.

    Args:
        text: The text of the file.
        known: The ids of the catalogue.

    Raises:
        ExpectedFailuresError: At the first invalid line.
    """
    failures: dict[str, ExpectedFailure] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        failure = _parse_line(number, line)
        if failure is None:
            continue
        if failure.requirement_id not in known:
            raise ExpectedFailuresError(number, f"there is no requirement {failure.requirement_id!r}")
        if (first := failures.get(failure.requirement_id)) is not None:
            raise ExpectedFailuresError(
                number, f"{failure.requirement_id} is listed a second time, after line {first.line}"
            )
        failures[failure.requirement_id] = failure
    return failures


def _parse_line(number: int, line: str) -> ExpectedFailure | None:
    if not line.strip() or line.lstrip().startswith(_COMMENT):
        return None
    requirement_id, *words = line.split()
    if not words or words[0] == _COMMENT:
        raise ExpectedFailuresError(number, f"{requirement_id} needs a reason: 'ID  reason'")
    return ExpectedFailure(requirement_id, " ".join(words), number)
