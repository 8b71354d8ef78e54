"""The handlers that carry the content of a sandbox elsewhere: export and import."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from mockserver.api.long_json import LongJson, in_rows, is_long
from mockserver.api.long_responses import LongResponses
from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.responses import Body, Response
from mockserver.seeds import checked
from mockserver.service import worlds
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.seeding import MAX_RECORDS, Document, SeedError, TakenKeyError, ensure_at_most
from mockserver.service.transactions import UnitOfWork

Export = tuple[Body, int, dict[str, str]] | LongJson


@contextmanager
def refused_seeds() -> Iterator[None]:
    """Refuse a seed that the block finds wrong: 400, or 409 if another sandbox has one of its keys."""
    try:
        yield
    except TakenKeyError as error:
        hint = "Give each sandbox its own keys, or leave the keys out and use the generated ones."
        raise ControlError(409, f"invalid seed: {error}", hint) from None
    except SeedError as error:
        raise ControlError(400, f"invalid seed: {error}", "mockserver/seed.schema.json describes seeds.") from None


class WorldHandlers:
    """The handlers of operations on the content of a sandbox as a whole."""

    def __init__(self, sandboxes: Sandboxes, long_responses: LongResponses) -> None:
        self._sandboxes = sandboxes
        self._long_responses = long_responses

    @operation("exportSeed")
    async def export(self, sandbox_id: str, *, keys: bool = False) -> Export:
        """Export a sandbox as a seed document; a header says if it is too large for a request to create a sandbox."""
        document = await self._sandboxes.read(sandbox_id, partial(worlds.export, tokens=keys))
        headers = {}
        try:
            ensure_at_most(MAX_RECORDS, document)
        except SeedError as error:
            headers["Warning"] = f'299 audience-mock "for --seed-file only: {error}"'
        if not is_long(document):
            return document, 200, headers
        response = LongJson(in_rows(document), self._long_responses)
        response.headers.update(headers)
        return response

    @operation("importSeed")
    async def load(self, sandbox_id: str, body: Body) -> Response:
        """Replace the content and the seed of a sandbox; 400 for an invalid seed, 409 if another one has its keys."""
        with refused_seeds():
            document = checked(body)
            ensure_at_most(MAX_RECORDS, document)

            async def given(_work: UnitOfWork) -> Document:
                return document

            return views.sandbox(await self._sandboxes.load(sandbox_id, given, is_seed=True)), 200
