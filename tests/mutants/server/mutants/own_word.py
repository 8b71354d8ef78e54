"""Mutants of the whole server: provider states that are set up by the target's own word, and that do not show."""

from dataclasses import replace

from mockserver.domain.key import ApiKey
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.envelope import Envelope
from tests.mutants.server.mutated import READING, WRITING, Mutant, at_each, facts

EVERYWHERE = (*READING, *WRITING, "ACCOUNT-LIST")


class SaysYes(Mutant):
    """Mutants whose states URL confirms a state, and does nothing."""

    state: str

    async def control(self, asked: Asked) -> Answered:
        is_meant = isinstance(asked.body, dict) and asked.body.get("state") == self.state
        return Answered(200, ((b"content-type", b"application/json"),), b"{}") if is_meant else await self.serve(asked)


class NoLimitIsExhausted(SaysYes):
    """A rate limit that is said to be exhausted is not."""

    killed_by = facts("ROW-429", *EVERYWHERE)
    state = "the rate limit is exhausted"


class NoFailureComes(SaysYes):
    """An internal failure that is announced does not come."""

    killed_by = facts("ROW-500", *EVERYWHERE)
    state = "the server fails internally"


class NoCreditsAreMissing(SaysYes):
    """Credits that are said to be exhausted are there."""

    killed_by = frozenset({"JOB-START-CREDITS"})
    state = "the credits are exhausted"


class NoKeyIsRevoked(SaysYes):
    """A key that is said to be revoked works."""

    killed_by = facts("KEY", *EVERYWHERE)
    state = "the API key is revoked"


@at_each(["AUD-GET", "AUD-DELETE"], "ROW-429")
class NoLimitHere(Mutant):
    """The rate limit does not apply to a single operation."""

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, limited=False) if self.hit else key


@at_each(["AUD-MOVE", "AUD-DELETE"], "ROW-500")
class NoFailureHere(Mutant):
    """An announced failure does not come at a single operation."""

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, failures=0) if self.hit else key


class LimitIsA503(Envelope):
    """An exhausted rate limit leads to 503."""

    killed_by = facts("ROW-429", "AUD-LIST", "AUD-DELETE", "JOB-START")
    statuses = frozenset({429})

    def change(self, answered: Answered) -> Answered:
        return answered.saying(503)


class PlainTextOn500(Envelope):
    """An announced failure is a line of plain text."""

    killed_by = facts("ROW-500", *EVERYWHERE)
    statuses = frozenset({500})

    def change(self, answered: Answered) -> Answered:  # noqa: ARG002
        return Answered(500, ((b"content-type", b"text/plain"),), b"Internal Server Error")
