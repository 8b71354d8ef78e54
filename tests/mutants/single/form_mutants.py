"""Mutants of the profile `delete`: other forms of a request, and identifiers of odd forms."""

import json

from starlette.requests import Request
from starlette.responses import Response

from tests.mutants.single.endpoint import Key
from tests.mutants.single.mutants import Mutant


class UnknownGroupsAreOwn(Mutant):
    killed_by = frozenset({"AUD-DELETE-SCOPE"})

    def answer(self, group: str, audience: str, request: Request) -> Response:
        key, known = self.key_of(request), {key.group for key in self.keys.values()}
        return super().answer(key.group if key and group not in known else group, audience, request)


class CountedIdentifiersAreParsed(Mutant):
    killed_by = frozenset({"AUD-DELETE-EXACT"})

    def fresh(self) -> str:
        return str(next(self.numbers))

    def find(self, group: str, audience: str) -> str | None:
        return super().find(group, audience.rstrip("abcdefghijklmnopqrstuvwxyz"))


class NulEndsAnIdentifier(Mutant):
    killed_by = frozenset({"AUD-DELETE-EXACT"})

    def find(self, group: str, audience: str) -> str | None:
        return super().find(group, audience.partition("\0")[0])


class AddressesOpenTheGuard(Mutant):
    killed_by = frozenset({"AUD-DELETE-GUARD"})

    def passes_guard(self, request: Request) -> bool:
        return "x-forwarded-for" in request.headers


class BodiesLiftTheScope(Mutant):
    killed_by = frozenset({"AUD-DELETE-SCOPE"})

    async def respond(self, group: str, audience: str, request: Request) -> Response:
        key, body = self.key_of(request), await request.body()
        if key is not None and key.group == group and body.startswith(b"{") and "accountGroupId" in json.loads(body):
            named = json.loads(body)
            found = self.find(named["accountGroupId"], named["audienceId"])
            return self.missing(audience) if found is None else self.delete(found, request)
        return self.answer(group, audience, request)


class AcceptedHtmlNeedsNoKey(Mutant):
    killed_by = frozenset({"AUD-DELETE-KEY"})

    def key_of(self, request: Request) -> Key | None:
        if "html" not in request.headers.get("accept", ""):
            return super().key_of(request)
        return Key(request.path_params["group"], frozenset({"audiences:write"}))


class LongIdentifiersFail(Mutant):
    killed_by = frozenset({"AUD-DELETE-STRANGE"})

    def find(self, group: str, audience: str) -> str | None:
        if len(audience) > 100:
            raise ValueError(audience)
        return super().find(group, audience)


class IdentifiersNotInAsciiFail(Mutant):
    killed_by = frozenset({"AUD-DELETE-ODD"})

    def answer(self, group: str, audience: str, request: Request) -> Response:
        return super().answer(group, audience, request) if audience.isascii() else self.failed()


class LongIdentifiersGetAnotherCode(Mutant):
    killed_by = frozenset({"AUD-DELETE-ROW-400"})

    def missing(self, audience: str) -> Response:
        return self.refuse(400, "TOO_LONG") if len(audience) > 100 else super().missing(audience)
