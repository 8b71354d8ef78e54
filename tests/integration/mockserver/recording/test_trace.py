"""The decision trace, held against requests with two mistakes."""

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
    """The order of rules: a request that breaks two is refused by the rule that comes first in the trace."""

    @pytest.mark.parametrize("operation", ["deleteAudience", "updateAudience", "startProspectingJob", "listAudiences"])
    def test_every_rule_of_the_trace_is_decided_before_the_next(self, world: World, operation: str) -> None:
        flawed = FlawedRequests(world, operation)
        order = [rule for rule in trace(operation, None) if rule in flawed.possible_rules()]

        decided = [flawed.deciding_rule(first, second) for first, second in pairwise(order)]

        assert decided == order[:-1]


class FlawedRequests:
    """Requests of one operation with chosen mistakes."""

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

    def possible_rules(self) -> frozenset[str]:
        rules = {"api-key", "rate-limit", "permission", "account-group", "parameters"}
        rules |= {"resource", "guard"} if "audienceId" in self.path else set()
        rules |= {"name"} if self.operation == "updateAudience" else set()
        rules |= {"size", "media-type", "body"} if self.takes_body else set()
        rules -= {"parameters"} if self.operation == "startProspectingJob" else set()
        rules |= {"cursor"} if self.operation == "listAudiences" else set()
        rules |= {"credits"} if self.operation == "startProspectingJob" else set()
        return frozenset(rules)

    def deciding_rule(self, *mistakes: str) -> str:
        """Send a request with the given mistakes; return the deciding rule."""
        limited = "rate-limit" in mistakes
        key = self.reader if "permission" in mistakes else self.world.key
        if limited:
            self.world.state("the rate limit is exhausted", apiKey=key)
        if "credits" in mistakes:
            self.world.state("the credits are exhausted")
        token = NOBODY if "api-key" in mistakes else key
        answer = self.world.client.request(
            self.method.upper(),
            self._target(mistakes),
            content=self._content(mistakes),
            headers=self._headers(mistakes, token),
        )
        if limited:
            self.world.state("the rate limit is exhausted", "teardown", apiKey=key)
        details = answer.json()["error"]["details"]
        return trace(self.operation, details["rule"], details.get("in"))[-1]

    def _target(self, mistakes: tuple[str, ...]) -> str:
        group = self.foreign if "account-group" in mistakes else self.world.group
        audience = self.populated if "guard" in mistakes else self.world.ready()
        audience = OTHER if "resource" in mistakes else audience
        audience = "x" if "parameters" in mistakes else audience
        path = self.path.replace("{accountGroupId}", group).replace("{audienceId}", audience)
        if self.operation == "listAudiences":
            path += "?limit=0" if "parameters" in mistakes else "?limit=5"
            path += "&cursor=x" if "cursor" in mistakes else ""
        return path

    def _content(self, mistakes: tuple[str, ...]) -> bytes | None:
        if not self.takes_body:
            return None
        body: dict[str, Any] = {"name": " " if "name" in mistakes else "New"}
        body = {**BODY} if self.operation == "startProspectingJob" else body
        body = {"name": 5} if "body" in mistakes else body
        return json.dumps(body | {"filling": "x" * ((1 << 20) if "size" in mistakes else 1)}).encode()

    def _headers(self, mistakes: tuple[str, ...], token: str) -> dict[str, str]:
        kind = {"Content-Type": "text/plain" if "media-type" in mistakes else "application/json"}
        return {"Authorization": f"Bearer {token}", **(kind if self.takes_body else {})}
