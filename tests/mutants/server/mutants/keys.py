"""Mutants of the whole server: API keys and permissions."""

import itertools
from dataclasses import replace

from mockserver.domain.key import ApiKey
from tests.mutants.server.exchange import Answered, Asked, loads
from tests.mutants.server.mutated import CHANGING, READING, WRITING, Mutant, at_each, facts, holding, without

EVERYWHERE = (*READING, *WRITING)
PRINTED = (*CHANGING, "JOB-START", "JOB-GET", "JOB-LIST", "JOB-CANCEL")
NEEDED = {
    **dict.fromkeys(("AUD-LIST", "AUD-GET", "AUD-NAVIGATION"), "audiences:read"),
    **dict.fromkeys((*CHANGING, "FOLDER-RENAME"), "audiences:write"),
    "AUD-PROSPECTS": "prospects:read",
    **dict.fromkeys(("JOB-GET", "JOB-LIST"), "prospecting:read"),
    **dict.fromkeys(("JOB-START", "JOB-CANCEL"), "prospecting:write"),
}


class Tokens(Mutant):
    """Mutants that serve a request without a valid key as if the key from `taken_for` were on it."""

    def taken_for(self, asked: Asked) -> str | None:
        """Return the key with which the request is served, or None for its own."""
        raise NotImplementedError

    async def respond(self, asked: Asked) -> Answered:
        token = None if asked.token in self.world.keys else self.taken_for(asked)
        return await self.serve(asked if token is None else asked.by(token))

    def opening(self, group: str) -> str | None:
        """Return the key of an account group with the most permissions."""
        fit = [key for key in self.world.keys.values() if not group or group in key.account_group_ids]
        return max(fit, key=lambda key: len(key.permissions)).token if fit else None


class NoKeyNeeded(Tokens):
    """No operation requires a key."""

    killed_by = facts("KEY", *EVERYWHERE, "ACCOUNT-LIST")

    def taken_for(self, asked: Asked) -> str | None:
        return self.opening(asked.group)


@at_each(["AUD-NAVIGATION", "FOLDER-CREATE"], "KEY")
class NoKeyNeededHere(Tokens):
    """A single operation does not require a key."""

    def taken_for(self, asked: Asked) -> str | None:
        missing = asked.header("authorization") is None
        return self.opening(asked.group) if missing and asked.operation == self.operation else None


@at_each(["AUD-GET"], "KEY")
class KeyByItsBeginning(Tokens):
    """A key without its last character is accepted."""

    def taken_for(self, asked: Asked) -> str | None:
        long = asked.operation == self.operation and len(asked.token) > 8
        near = [token for token in self.world.keys if token[:-1] == asked.token]
        return near[0] if long and near else None


@at_each(["AUD-MOVE"], "KEY")
class KeyWithMoreBehind(Tokens):
    """A key with one additional character is accepted."""

    def taken_for(self, asked: Asked) -> str | None:
        return asked.token[:-1] if asked.operation == self.operation and asked.token[:-1] in self.world.keys else None


class KeyInAnyCase(Tokens):
    """The letter case of a key is ignored."""

    killed_by = frozenset({"AUD-LIST-KEY"})

    def taken_for(self, asked: Asked) -> str | None:
        known = {token.lower(): token for token in self.world.keys}
        return known.get(asked.token.lower()) if asked.operation == "AUD-LIST" else None


class AnyBasicAuthentication(Tokens):
    """A request with `Basic` authentication is accepted."""

    killed_by = frozenset({"AUD-UPDATE-KEY"})

    def taken_for(self, asked: Asked) -> str | None:
        basic = (asked.header("authorization") or "").lower().startswith("basic ")
        return self.opening(asked.group) if basic and asked.operation == "AUD-UPDATE" else None


class KeyOneInTwenty(Tokens):
    """Each twentieth deletion without a valid key is accepted."""

    killed_by = frozenset({"AUD-DELETE-KEY"})
    shows_rarely = True

    def __init__(self) -> None:
        self.asked_for = itertools.count(1)

    def taken_for(self, asked: Asked) -> str | None:
        if asked.operation != "AUD-DELETE" or next(self.asked_for) % 20:
            return None
        return self.opening(asked.group)


@at_each(["AUD-PROSPECTS", "AUD-DELETE"], "KEY")
class RevokedStillWorks(Mutant):
    """A revoked key still works for one operation."""

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, revoked=False) if self.hit else key


class RevokedStillWorksOnceUsed(Mutant):
    """A key that was used before its revocation stays valid, in a cache."""

    killed_by = facts("KEY", "AUD-GET", "AUD-UPDATE", "AUD-REMOVE", "JOB-GET")
    used: frozenset[str] = frozenset()

    def key(self, key: ApiKey) -> ApiKey:
        if not key.revoked:
            self.used |= {key.token}
        return replace(key, revoked=False) if key.token in self.used else key


class BornRevokedWorks(Mutant):
    """A key that was created as revoked is accepted as active."""

    killed_by = facts("KEY", *EVERYWHERE)
    born: frozenset[str] = frozenset()

    def key(self, key: ApiKey) -> ApiKey:
        return replace(key, revoked=False) if key.token in self.born else key

    async def control(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if isinstance(asked.body, dict) and asked.body.get("params", {}).get("status") == "revoked":
            self.born |= {(loads(answered.content) or {}).get("apiKey", "")}
        return answered


class RevokedWorksAgain(Mutant):
    """A revoked key works again ten refusals later."""

    killed_by = frozenset({"AUD-DELETE-KEY"})
    shows_rarely = True

    def __init__(self) -> None:
        self.uses: dict[str, itertools.count[int]] = {}

    def key(self, key: ApiKey) -> ApiKey:
        if key.revoked and self.asked.operation:
            return replace(key, revoked=next(self.uses.setdefault(key.token, itertools.count())) < 10)
        return key


class KeyRefusedWith403(Mutant):
    """A request without a valid key is refused with 403."""

    killed_by = facts("KEY", "JOB-START", "JOB-GET", "JOB-LIST", "JOB-CANCEL", "ACCOUNT-LIST")

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        return answered.saying(403) if answered.status == 401 else answered


class NoPermissionNeeded(Mutant):
    """No operation requires a permission."""

    killed_by = facts("PERMISSION", *EVERYWHERE)

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, *NEEDED.values())


@at_each(["AUD-MOVE", "JOB-CANCEL"], "PERMISSION")
class NoPermissionNeededHere(Mutant):
    """A single operation does not require its permission."""

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, NEEDED[self.operation]) if self.hit else key


class ReadingIsEnough(Mutant):
    """A key with a read permission may also write."""

    killed_by = facts("PERMISSION", *WRITING)

    def key(self, key: ApiKey) -> ApiKey:
        reading = [one.replace(":read", ":write") for one in key.permissions if not one.startswith("prospects:")]
        return holding(key, *reading)


class WritingIsEnoughToRead(Mutant):
    """A key with a write permission may also read."""

    killed_by = facts("PERMISSION", "AUD-LIST", "AUD-GET", "AUD-NAVIGATION", "JOB-GET", "JOB-LIST")

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, *(one.replace(":write", ":read") for one in key.permissions))


class ProspectsWithAudiencesRead(Mutant):
    """Prospects can be read with `audiences:read`."""

    killed_by = frozenset({"AUD-PROSPECTS-PERMISSION"})

    def key(self, key: ApiKey) -> ApiKey:
        return holding(key, "prospects:read") if self.hit_by(key) else key

    def hit_by(self, key: ApiKey) -> bool:
        """Return whether the key is treated as permitted to read prospects."""
        return self.asked.operation == "AUD-PROSPECTS" and "audiences:read" in key.permissions


class AnotherPermissionNeeded(Mutant):
    """An operation requires a second permission in addition."""

    def key(self, key: ApiKey) -> ApiKey:
        held = len(key.permissions) > 1
        here = f"{self.asked.operation}-PERMISSION-SUFFICES" in self.killed_by
        return key if held or not here else without(key, *key.permissions)


class TwoPermissionsNeeded(AnotherPermissionNeeded):
    """Each operation whose page prints its permission requires a second permission in addition."""

    killed_by = facts("PERMISSION-SUFFICES", *PRINTED)


class MovingNeedsReading(AnotherPermissionNeeded):
    """Moving an audience requires `audiences:read` in addition."""

    killed_by = frozenset({"AUD-MOVE-PERMISSION-SUFFICES"})


class PermissionRefusedWith401(Mutant):
    """A key without the permission is refused as invalid, with 401."""

    killed_by = facts("PERMISSION", *EVERYWHERE)

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        lacking = answered.status == 403 and answered.body["error"]["details"]["rule"] == "permission"
        return answered.saying(401) if lacking else answered


class AccountsNeedAPermission(Mutant):
    """The list of account groups requires `audiences:read`."""

    killed_by = frozenset({"ACCOUNT-LIST-ANY"})

    async def respond(self, asked: Asked) -> Answered:
        key = self.world.keys.get(asked.token)
        lacking = key is not None and not key.revoked and "audiences:read" not in key.permissions
        refused = lacking and asked.operation == "ACCOUNT-LIST"
        return self.refuse(403, "FORBIDDEN") if refused else await self.serve(asked)
