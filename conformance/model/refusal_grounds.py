"""A ground for a refusal: what may stand in the way of a request, and how the refusal that names it has to look."""

from dataclasses import dataclass

from conformance.model.messages import Response
from conformance.model.violation import Fact, Severity


@dataclass(frozen=True, slots=True)
class RefusalGround:
    """One reason to refuse.

    `statuses`, `code`: what the refusal shows; `code` None is any. `certain`: it holds for sure, so that a success
    breaks `fact` at `level`; otherwise it may hold, as far as we know. `price`: the level at which `fact` is broken by
    refusing on this ground, None where that is as good as any other.
    """

    fact: Fact
    statuses: frozenset[int]
    code: str | None = None
    certain: bool = False
    level: Severity = Severity.MUST
    penalty: Severity | None = None

    def explains(self, response: Response) -> bool:
        """Whether a response is a refusal on this ground."""
        return response.status in self.statuses and self.code in (None, response.code)

    def __str__(self) -> str:
        return f"{' or '.join(map(str, sorted(self.statuses)))} {self.code or ''}".rstrip()


UNAUTHORIZED = frozenset({401})
FORBIDDEN = frozenset({403})
NOT_FOUND = frozenset({404})
ELSEWHERE = frozenset({403, 404})
"""What belongs to another account group: which of the two is not documented (docs/sources.md, Getting started)."""
FOREIGN = ELSEWHERE | {400}
"""An identifier that was given out in another account group: it may tell that, and be a malformed one in this."""

CONFLICT = frozenset({409})
UNPROCESSABLE = frozenset({422})
INVALID = frozenset({400, 403, 404, 405, 413, 414, 415, 422, 431})
"""What a malformed request may meet on its way; whether its operation documents that is the contract's business."""

NOT_READY = "AUDIENCE_NOT_READY"
