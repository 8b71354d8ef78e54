"""The situations that checks begin from, in the words of the provider states."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.client import Client
from conformance.ledger import Ledger
from conformance.states import ProviderStates
from conformance.verdicts import Exchange

PERMISSION = "audiences:write"
OTHERS = ("audiences:read", "prospects:read", "prospecting:read", "prospecting:write")


@dataclass(frozen=True)
class Key:
    """An API key, and its account group."""

    token: str
    group: str


@dataclass(frozen=True)
class Audience:
    """An audience that the target has prepared; `job` is what populates it, if anything does."""

    group: str
    id: str
    job: str | None = None


Deleted = dict[tuple[str, str], Exchange]
"""The deletions of a run that the target has acknowledged, by account group and identifier."""


class Situation:
    """What a check has at hand: the client, the states, the ledger, a source of chance, and how often to repeat."""

    def __init__(
        self, client: Client, states: ProviderStates, chance: random.Random, repeats: int, deleted: Deleted
    ) -> None:
        self.client = client
        self.states = states
        self.chance = chance
        self.repeats = repeats
        self.deleted = deleted

    @property
    def ledger(self) -> Ledger:
        """Where what is seen is noted."""
        return self.client.ledger

    def key(self, *permissions: str, **params: object) -> Key:
        """A key with these permissions; with all where none is named."""
        named = {"permissions": list(permissions)} if permissions else {}
        values = self.states.setup("an API key", **named, **params)
        return Key(values["apiKey"], values["accountGroupId"])

    def ready(self, key: Key) -> Audience:
        """An audience that is ready."""
        values = self.states.setup("an audience that is ready", apiKey=key.token)
        return self._made(Audience(values["accountGroupId"], values["audienceId"]))

    def populated(self, key: Key, job_status: str | None = None) -> Audience:
        """An audience that an active job populates, by the target's own word."""
        params = {} if job_status is None else {"jobStatus": job_status}
        values = self.states.setup("an audience being populated", apiKey=key.token, **params)
        return self._made(Audience(values["accountGroupId"], values["audienceId"], values["jobId"]))

    def _made(self, audience: Audience) -> Audience:
        """An audience that is there; an identifier may be given out again, and then it is not what was deleted."""
        self.deleted.pop((audience.group, audience.id), None)
        return audience

    def end(self, audience: Audience, outcome: str) -> None:
        """End the prospecting of an audience."""
        self.states.setup("the prospecting has ended", jobId=audience.job, outcome=outcome)

    def nowhere(self, names: Iterable[str]) -> list[str]:
        """Those of some made-up keys or identifiers that the target has not given out: of a near miss nobody knows."""
        return [name for name in names if name not in self.states.answered]

    def delete(self, audience: Audience, key: Key) -> Exchange:
        """Delete an audience, and remember that it was acknowledged, if it was."""
        exchange = self.client.delete(audience.group, audience.id, key.token)
        if exchange.status == 200:  # noqa: PLR2004  (the documented row)
            self.deleted[audience.group, audience.id] = exchange
        return exchange
