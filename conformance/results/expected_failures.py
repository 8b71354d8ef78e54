"""The expected-failures file: what is known to fail, or cannot be run, and why; `ID  reason`, one a line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_COMMENT = "#"


class ExpectedFailuresError(ValueError):
    """The file cannot be read as meant; says the line, and what is wrong with it."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(f"line {line}: {fault}")
        self.line = line


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """A requirement that is expected to fail or not to be run, why, and the line that says so."""

    requirement_id: str
    reason: str
    line: int


def read(text: str, known: Collection[str]) -> Mapping[str, ExpectedFailure]:
    """Every expectation by its requirement id; ExpectationsError at the first line that is not one.

    Only a line that begins with # is a comment: a reason may well name an issue, #123.
    """
    expectations: dict[str, ExpectedFailure] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        expectation = _expectation(number, line)
        if expectation is None:
            continue
        if expectation.requirement_id not in known:
            raise ExpectedFailuresError(number, f"there is no requirement {expectation.requirement_id!r}")
        if (first := expectations.get(expectation.requirement_id)) is not None:
            raise ExpectedFailuresError(
                number, f"{expectation.requirement_id} stands here a second time, after line {first.line}"
            )
        expectations[expectation.requirement_id] = expectation
    return expectations


def _expectation(number: int, line: str) -> ExpectedFailure | None:
    if not line.strip() or line.lstrip().startswith(_COMMENT):
        return None
    requirement_id, *words = line.split()
    if not words or words[0] == _COMMENT:
        raise ExpectedFailuresError(number, f"{requirement_id} needs a reason: 'ID  reason'")
    return ExpectedFailure(requirement_id, " ".join(words), number)
