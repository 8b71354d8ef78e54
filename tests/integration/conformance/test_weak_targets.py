"""Targets that cannot be checked at all: each is told in one line that says what to do, with exit status 4."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tests.harness.suite_command import QUICK, command, refused, states
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole, served
from tests.mutants.server.variants.identifiers import Numbers
from tests.mutants.server.variants.variant import ForeignGroupsAreNotFound, WrongMethodsAreNotFound
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served as single_served
from tests.mutants.single.serving import served_application

KEY = "sk_test_all_permissions"
PROFILES = ("delete", "audiences", "full")


class Always:
    """An application that gives one response to every request."""

    def __init__(self, response: Response) -> None:
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._response(scope, receive, send)


SITUATIONS = {
    "a login page": (HTMLResponse("<html>Sign in"), "answers every request with an HTML page (200)"),
    "a gateway without its server": (HTMLResponse("<html>", 502), "answers every request with an HTML page (502)"),
    "a server that is down": (PlainTextResponse("down", 503), "answers 503 to every request: is it up"),
    "another server": (PlainTextResponse("not found", 404), "answers 404 to every request: is --base-url right?"),
    "a server that fails": (JSONResponse({"error": {}}, 500), "answers 500 to every request: is it up"),
}


@contextmanager
def target_and_states(response: Response) -> Iterator[tuple[str, str]]:
    """Serve a target with one response, and the provider states of another server."""
    with served_application(Always(response)) as target, single_served(Single()) as url:
        yield target, f"{url}/states"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_target_that_answers_every_request_alike_is_told(situation: str, profile: str) -> None:
    response, said = SITUATIONS[situation]
    with target_and_states(response) as (target, states_url):
        assert said in refused("--base-url", target, "--states-url", states_url, "--profile", profile)
        assert said in refused("--base-url", target, "--api-key", "a-key-of-mine", "--profile", profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_an_address_with_the_version_is_told_with_the_address_that_was_meant(profile: str) -> None:
    with served(Whole()) as url:
        said = f"--base-url is what stands before /v1: did you mean {url}?"
        source = ("--states-url", f"{url}/_mock/provider-states")
        assert said in refused("--base-url", f"{url}/v1", *source, "--profile", profile)
        assert said in refused("--base-url", f"{url}/v1/", "--api-key", KEY, "--profile", profile)


@pytest.mark.parametrize("profile", ["audiences", "full"])
def test_a_profile_that_is_too_wide_is_told_with_the_one_that_fits(profile: str) -> None:
    with single_served(Single()) as url:
        said = "only deleteAudience responds: did you mean `--profile delete`?"
        assert said in refused("--base-url", url, "--states-url", f"{url}/states", "--profile", profile)


class WithoutJobs(Whole):
    """A server that serves no prospecting."""

    async def respond(self, asked: Asked) -> Answered:
        if "/prospecting" not in asked.path:
            return await self.serve(asked)
        return Answered(404, ((b"content-type", b"text/plain"),), b"no such page")


def test_a_target_without_prospecting_is_told_with_the_profile_that_fits() -> None:
    with served(WithoutJobs()) as url:
        said = "nothing responds below /prospecting: did you mean `--profile audiences`?"
        assert said in refused("--base-url", url, "--states-url", f"{url}/_mock/provider-states")


@pytest.mark.parametrize("target", [ForeignGroupsAreNotFound(), WrongMethodsAreNotFound(), Numbers()])
def test_a_legal_target_is_not_stopped(target: Whole) -> None:
    with served(target) as url:
        run = command("run", "--base-url", url, "--states-url", f"{url}/_mock/provider-states", *QUICK)

    assert run.returncode == 0, run.stdout + run.stderr


def test_a_single_endpoint_is_checked_by_the_profile_that_fits() -> None:
    with single_served(Single()) as url:
        run = command("run", *states(url), *QUICK)

    assert run.returncode == 0, run.stdout + run.stderr
