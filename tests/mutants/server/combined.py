"""Several mutants in one server, since the faults of a real server rarely come alone."""

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

from starlette.types import ASGIApp

from mockserver.bootstrap import Components
from mockserver.config import Settings
from mockserver.domain.key import ApiKey
from mockserver.middleware.access_log import Write
from mockserver.service.transactions import UnitOfWork
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Loose, Mutant, Whole


class Combined(Whole):
    """A server with the faults of several mutants: each one serves what the next one makes of a request."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        self.mutants = mutants
        self.settings = next((one.settings for one in mutants if one.settings != Settings()), Settings())

    @property
    def killed_by(self) -> frozenset[str]:
        """The ids that detect any of the mutants."""
        return frozenset().union(*(mutant.killed_by for mutant in self.mutants))

    def build(self, settings: Settings, made: Components, write: Write) -> ASGIApp:
        """Return the server of these components, with the hooks of every mutant around it."""
        super().build(settings, made, write)
        inner = self._app
        for mutant in reversed(self.mutants):
            mutant.install(made, inner)
            inner = mutant
        return self

    async def respond(self, asked: Asked) -> Answered:
        return await self.mutants[0].respond(asked)

    async def control(self, asked: Asked) -> Answered:
        return await self.mutants[0].control(asked)

    def key(self, key: ApiKey) -> ApiKey:
        return reduce(lambda seen, mutant: mutant.key(seen), self.mutants, key)

    async def act(self, use_case: Callable[..., Any], work: UnitOfWork, *args: Any) -> Any:
        for mutant in self.mutants:
            use_case = partial(mutant.act, use_case)
        return await use_case(work, *args)

    def transaction(self, transaction: Loose) -> Loose:
        return reduce(lambda seen, mutant: mutant.transaction(seen), self.mutants, transaction)
