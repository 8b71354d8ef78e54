"""The grounds for a refusal: the obstacles to a request, and the form of the refusal on each."""

from dataclasses import dataclass

from conformance.model.messages import Response
from conformance.model.violation import Fact, Severity


@dataclass(frozen=True, slots=True)
class RefusalGround:
    """A reason to refuse a request.

    Attributes:
        fact: The fact that is broken by a success, if the ground is certain, or by a refusal with a penalty.
        statuses: The statuses of a refusal on this ground.
        code: The code of such a refusal; None is any.
        certain: Whether the ground certainly holds, so that a success breaks `fact` at `level`; otherwise it may hold.
        level: The level of the violation by a success.
        penalty: The level at which a refusal on this ground breaks `fact`; None if such a refusal is allowed.
    """

    fact: Fact
    statuses: frozenset[int]
    code: str | None = None
    certain: bool = False
    severity: Severity = Severity.MUST
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
"""A resource of another account group: which status is undocumented (docs/sources.md, Getting started)."""
FOREIGN = ELSEWHERE | {400}
"""An identifier of another account group, which may also be malformed in this one."""

CONFLICT = frozenset({409})
UNPROCESSABLE = frozenset({422})
INVALID = frozenset({400, 403, 404, 405, 413, 414, 415, 422, 431})
"""The statuses for a malformed request; the contract decides whether the operation documents them."""

NOT_READY = "AUDIENCE_NOT_READY"
