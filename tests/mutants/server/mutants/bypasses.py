"""Mutants of the whole server: other forms of a request that lift a refusal."""

import re
from dataclasses import replace

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Mutant, facts

CONVERSATIONAL = False

BYPASSED = ("AUD-GET", "AUD-UPDATE", "AUD-DELETE", "AUD-MOVE")
AUDIENCE = re.compile("(/v1/accounts/([^/]+)/audiences/([0-9a-f]{24}))(.*)")


class Unchecked(Mutant):
    """Mutants that serve a request without its key."""

    async def unchecked(self, asked: Asked) -> Answered:
        """Return the response to a request as if its key had all permissions in the account group of the path."""
        async with self.master(asked.group) as token:
            return await self.serve(asked.by(token))


class OverrideOfAReadDeletes(Unchecked):
    """A GET with the header `X-HTTP-Method-Override: DELETE` deletes, although the key may only read."""

    killed_by = frozenset({"AUD-DELETE-PERMISSION"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        overridden = asked.operation == "AUD-GET" and asked.header("x-http-method-override") == "DELETE"
        return await self.unchecked(replace(asked, method="DELETE")) if overridden and answered.ok else answered


class OverrideByAFormDeletes(Unchecked):
    """A POST with the form `_method=DELETE` deletes without a key, and the response is 405."""

    killed_by = frozenset({"AUD-DELETE-KEY"})

    async def respond(self, asked: Asked) -> Answered:
        if asked.content == b"_method=DELETE":
            await self.unchecked(replace(asked, method="DELETE"))
        return await self.serve(asked)


class SlashesLiftRefusals(Unchecked):
    """With a slash too many in its path, a request needs no key, no permission and no account group."""

    killed_by = facts("KEY", *BYPASSED) | facts("PERMISSION", *BYPASSED) | facts("SCOPE", *BYPASSED)

    async def respond(self, asked: Asked) -> Answered:
        path = re.sub("/+", "/", asked.path).rstrip("/")
        return await self.serve(asked) if path == asked.path else await self.unchecked(replace(asked, path=path))


class DotSegmentsLiftRefusals(Unchecked):
    """With a segment of one dot in its path, a deletion needs no key."""

    killed_by = frozenset({"AUD-DELETE-KEY"})

    async def respond(self, asked: Asked) -> Answered:
        path = asked.path.replace("/./", "/")
        deletes = asked.method == "DELETE" and path != asked.path
        return await self.unchecked(replace(asked, path=path)) if deletes else await self.serve(asked)


class QueryOverridesThePath(Unchecked):
    """The query's `audienceId` and `accountGroupId` count, after the key was checked for those of the path."""

    killed_by = facts("SCOPE", *BYPASSED)

    async def respond(self, asked: Asked) -> Answered:
        key, params = self.world.keys.get(asked.token), asked.params
        if key is None or asked.group not in key.account_group_ids or "audienceId" not in params:
            return await self.serve(asked)
        named = asked.naming(group=params["accountGroupId"], target=params["audienceId"])
        return await self.unchecked(named.without_params("accountGroupId", "audienceId"))


class BodyOverridesThePath(Unchecked):
    """The body's `audienceId` and `accountGroupId` count for a deletion, after the key was checked for the path's."""

    killed_by = frozenset({"AUD-DELETE-SCOPE"})

    async def respond(self, asked: Asked) -> Answered:
        key, body = self.world.keys.get(asked.token), asked.body
        named = asked.operation == "AUD-DELETE" and isinstance(body, dict) and "accountGroupId" in body
        if key is None or asked.group not in key.account_group_ids or not named:
            return await self.serve(asked)
        return await self.unchecked(asked.naming(group=body["accountGroupId"], target=body["audienceId"]))


class NothingIsModifiedForAnyone(Mutant):
    """A read with `If-None-Match` is 304, without a key and whatever populates the audience."""

    killed_by = frozenset({"AUD-GET-KEY", "AUD-GET-PERMISSION", "AUD-GET-SCOPE", "AUD-GET-GUARD"})

    async def respond(self, asked: Asked) -> Answered:
        hit = asked.operation == "AUD-GET" and asked.header("if-none-match") is not None
        return Answered(304, (), b"") if hit else await self.serve(asked)


class PagesOfHtmlForAnyone(Unchecked):
    """A read that accepts HTML gets a page with the name, without a key."""

    killed_by = frozenset({"AUD-GET-KEY"})

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation != "AUD-GET" or "text/html" not in (asked.header("accept") or ""):
            return await self.serve(asked)
        answered = await self.unchecked(asked)
        name = answered.data["name"] if answered.ok else "?"
        return Answered(200, ((b"content-type", b"text/html"),), f"<h1>{name}</h1>".encode())


class SuffixesOpenTheGuard(Mutant):
    """A deletion with `.json`, `%0A` or `%00` behind the identifier passes the guard."""

    killed_by = frozenset({"AUD-DELETE-GUARD"})

    async def respond(self, asked: Asked) -> Answered:
        found = AUDIENCE.fullmatch(asked.path)
        if asked.method != "DELETE" or found is None or found[4] not in {".json", "%0A", "%00"}:
            return await self.serve(asked)
        if self.populating(found[3]) is not None and asked.token in self.world.keys:
            self.world.audiences.remove(found[3])
            return await self.serve(asked)
        return await self.serve(replace(asked, path=found[1]))


class RefusedMethodsDelete(Mutant):
    """A method that an audience does not have is 405, and deletes the audience."""

    killed_by = frozenset({"AUD-DELETE-REFUSED"})

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        found = AUDIENCE.fullmatch(asked.path)
        if answered.status == 405 and found is not None and asked.token in self.world.keys:
            self.world.audiences.remove(found[3])
        return answered


class AccountGroupsByTheirBeginning(Mutant):
    """Characters behind an account group are ignored."""

    killed_by = facts("SCOPE", "AUD-LIST", "AUD-CREATE", "JOB-LIST", *BYPASSED)

    async def respond(self, asked: Asked) -> Answered:
        known = asked.group[:24] in self.world.account_groups
        return await self.serve(asked.naming(group=asked.group[:24]) if known else asked)
