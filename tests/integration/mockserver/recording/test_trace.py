"""The decision trace, held against requests with two faults."""

import json
from itertools import pairwise
from typing import Any

import pytest

from mockserver.recording.trace import trace
from openapi import contract
from tests.harness.sandbox_client import BODY, World

NOBODY = "sk_test_of_nobody_at_all"
OTHER = "9" * 24


class TestOrder:
    """A request with two faults is refused for the one that the trace has first."""

    @pytest.mark.parametrize("operation", ["deleteAudience", "updateAudience", "startProspectingJob", "listAudiences"])
    def test_every_rule_of_the_trace_is_decided_before_the_next(self, world: World, operation: str) -> None:
        wrongs = Wrongs(world, operation)
        order = [rule for rule in trace(operation, None) if rule in wrongs.known()]

        decided = [wrongs.sent(first, second) for first, second in pairwise(order)]

        assert decided == order[:-1]


class Wrongs:
    """Requests of one operation with chosen things wrong with them."""

    def __init__(self, world: World, operation: str) -> None:
        self.world = world
        self.operation = operation
        self.path, self.method = next(
            (path, method)
            for path, item in contract()["paths"].items()
            for method, described in item.items()
            if method != "parameters" and described["operationId"] == operation
        )
        self.takes_body = operation in {"updateAudience", "startProspectingJob"}
        self.reader = world.another_key("signals:read")
        self.foreign = World.make(world.client).group
        self.populated = world.populated()[0]

    def known(self) -> frozenset[str]:
        rules = {"api-key", "rate-limit", "permission", "account-group", "parameters"}
        rules |= {"resource", "guard"} if "audienceId" in self.path else set()
        rules |= {"name"} if self.operation == "updateAudience" else set()
        rules |= {"size", "media-type", "body"} if self.takes_body else set()
        rules -= {"parameters"} if self.operation == "startProspectingJob" else set()
        rules |= {"cursor"} if self.operation == "listAudiences" else set()
        rules |= {"credits"} if self.operation == "startProspectingJob" else set()
        return frozenset(rules)

    def sent(self, *wrong: str) -> str:
        """Send it, and answer what has decided."""
        limited = "rate-limit" in wrong
        key = self.reader if "permission" in wrong else self.world.key
        if limited:
            self.world.state("the rate limit is exhausted", apiKey=key)
        if "credits" in wrong:
            self.world.state("the credits are exhausted")
        token = NOBODY if "api-key" in wrong else key
        answer = self.world.client.request(
            self.method.upper(), self._target(wrong), content=self._content(wrong), headers=self._headers(wrong, token)
        )
        if limited:
            self.world.state("the rate limit is exhausted", "teardown", apiKey=key)
        details = answer.json()["error"]["details"]
        return trace(self.operation, details["rule"], details.get("in"))[-1]

    def _target(self, wrong: tuple[str, ...]) -> str:
        group = self.foreign if "account-group" in wrong else self.world.group
        audience = self.populated if "guard" in wrong else self.world.ready()
        audience = OTHER if "resource" in wrong else audience
        audience = "x" if "parameters" in wrong else audience
        path = self.path.replace("{accountGroupId}", group).replace("{audienceId}", audience)
        if self.operation == "listAudiences":
            path += "?limit=0" if "parameters" in wrong else "?limit=5"
            path += "&cursor=x" if "cursor" in wrong else ""
        return path

    def _content(self, wrong: tuple[str, ...]) -> bytes | None:
        if not self.takes_body:
            return None
        body: dict[str, Any] = {"name": " " if "name" in wrong else "New"}
        body = {**BODY} if self.operation == "startProspectingJob" else body
        body = {"name": 5} if "body" in wrong else body
        return json.dumps(body | {"filling": "x" * ((1 << 20) if "size" in wrong else 1)}).encode()

    def _headers(self, wrong: tuple[str, ...], token: str) -> dict[str, str]:
        kind = {"Content-Type": "text/plain" if "media-type" in wrong else "application/json"}
        return {"Authorization": f"Bearer {token}", **(kind if self.takes_body else {})}
