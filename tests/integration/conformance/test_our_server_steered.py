"""The server stays conformant, whatever its options and its control plane have made of it, as long as they may."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.bootstrap import Components, server
from mockserver.config import Settings
from mockserver.domain.limit import RateLimit
from mockserver.middleware.access_log import Write
from tests.harness.in_thread import served
from tests.harness.sampling import PROVE
from tests.harness.suite_command import run_with_report

ORIGIN = "https://app.example"


@dataclass
class Watched:
    """The server, with a count of the values of one response header."""

    header: bytes
    seen: Counter[str] = field(default_factory=Counter)

    def build(self, settings: Settings, made: Components, write: Write) -> ASGIApp:
        """Build the server, and count the values of the header."""
        app = server(settings, made, write)

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            async def noted(message: Message) -> None:
                self.seen.update(value.decode() for name, value in message.get("headers", ()) if name == self.header)
                await send(message)

            await app(scope, receive, noted)

        return watched


@dataclass(frozen=True)
class Outcome:
    """The result of a run, and the clock of the sandbox `default` after it."""

    status: int
    report: dict[str, Any]
    clock: dict[str, Any]


def nothing(_: str) -> None:
    """Change nothing."""


def run(
    watched: Watched, settings: Settings, folder: Path, *options: str, steer: Callable[[str], object] = nothing
) -> Outcome:
    """Run the suite on a server that `steer` has changed first."""
    with served(settings, build=watched.build) as (url, _):
        steer(url)
        target = ("--base-url", url, "--states-url", f"{url}/_mock/provider-states")
        status, report = run_with_report(folder, *target, "--seed", "1", "--max-examples", "9", *options)
        clock = httpx.get(f"{url}/_mock/sandboxes/default/clock").raise_for_status().json()
    return Outcome(status, report, clock)


def stopped(url: str) -> dict[str, Any]:
    """Stop the clock of the sandbox `default`, years ahead, and return it."""
    setting = {"mode": "manual", "at": "2040-02-29T23:59:59.999Z"}
    answer = httpx.put(f"{url}/_mock/sandboxes/default/clock", json=setting)
    return dict(answer.raise_for_status().json())


def test_a_server_in_which_no_time_passes_conforms(tmp_path: Path) -> None:
    outcome = run(Watched(b"retry-after"), Settings(), tmp_path, steer=stopped)

    assert (outcome.status, outcome.report["verdict"]) == (0, "conformant")
    assert outcome.report["counts"]["not-run"] == 0
    assert outcome.clock == {"now": "2040-02-29T23:59:59.999Z", "mode": "manual"}


def test_a_server_whose_rate_limit_is_met_and_waited_out_conforms(tmp_path: Path) -> None:
    watched = Watched(b"retry-after")

    outcome = run(watched, Settings(rate_limit=RateLimit.parse("30/s")), tmp_path, *sampled_checks())

    assert (outcome.status, outcome.report["verdict"]) == (0, "conformant" if PROVE else "partial")
    assert outcome.report["counts"]["not-run"] == 0 or not PROVE
    assert outcome.report["counts"]["pass"] > 0
    assert watched.seen["1"] > 0  # not those of the provider state, which cannot tell when it will be over


def sampled_checks() -> list[str]:
    """Return the option that selects, outside `make prove`, a check that sends hundreds of requests with one key."""
    return [] if PROVE else ["-k", "check_a_long_list_of_audiences"]


def test_a_server_that_serves_another_origin_with_preferences_conforms(tmp_path: Path) -> None:
    watched = Watched(b"access-control-allow-origin")
    headers = ("--header", f"Origin: {ORIGIN}", "--header", "Prefer: return=minimal, wait=5")

    outcome = run(watched, Settings(cors_origins=frozenset({ORIGIN})), tmp_path, "--profile", "delete", *headers)

    assert (outcome.status, outcome.report["verdict"]) == (0, "conformant")
    assert watched.seen[ORIGIN] >= 100
