"""The operations whose HTTP method the contract infers, and whether the target has that method."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_LACKING = frozenset({404, 405, 501})


@dataclass
class InferredMethods:
    """The experience of a run with inferred methods, by `operationId`.

    Attributes:
        supported: The operations whose method led to a documented success.
        lacking: The reasons why the method of an operation seems to be none of the target's.
    """

    supported: set[str] = field(default_factory=set)
    lacking: dict[str, str] = field(default_factory=dict)

    def note(self, operation_id: str, method: str, status: int | None) -> None:
        """Note the response to a valid request of an operation."""
        if status is not None and status in range(200, 300):
            self.supported.add(operation_id)
        elif status in _LACKING:
            self.lacking.setdefault(
                operation_id,
                f"the page prints no method, and the target responds to {method} with {status}: the page was not run",
            )

    def is_known(self, operation_id: str) -> bool:
        """Whether the target has, or lacks, the method of an operation, as far as requests have shown."""
        return operation_id in self.supported or operation_id in self.lacking

    def reason_against(self, operation_id: str) -> str | None:
        """Return the reason why a page is not run; None where the method is the target's, or is not known."""
        return None if operation_id in self.supported else self.lacking.get(operation_id)

    def pages_not_run(self) -> Mapping[str, str]:
        """Return the reason for each operation whose page is not run."""
        return {name: reason for name, reason in self.lacking.items() if name not in self.supported}


def merge_methods(parts: Iterable[InferredMethods]) -> InferredMethods:
    """Return the experience of several workers: a success in one of them decides."""
    merged = InferredMethods()
    for part in parts:
        merged.supported |= part.supported
        merged.lacking = {**part.lacking, **merged.lacking}
    return merged
