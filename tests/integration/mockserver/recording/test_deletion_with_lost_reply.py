"""A deletion whose reply is lost, end to end on a socket: its effect, and the findings about retries."""

import errno
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from tests.harness.sandbox_client import World

SENTENCE = "not supported; check the current resource state before retrying this request."


class Deletion(NamedTuple):
    """A ready audience in a sandbox that loses the reply to its deletion."""

    world: World
    audience: str
    fault: str

    @property
    def path(self) -> str:
        return f"/audiences/{self.audience}"

    def send(self) -> httpx.Response:
        return self.world.call("DELETE", self.path)

    def lose(self) -> None:
        """Delete the audience and lose the reply."""
        with pytest.raises(httpx.ReadError):
            self.send()

    def exchanges(self) -> list[dict[str, Any]]:
        return list(self.world.control("GET", "/journal?order=oldest")["exchanges"])

    def findings(self) -> list[dict[str, Any]]:
        return list(self.world.control("GET", "/findings")["findings"])

    def verdict(self) -> httpx.Response:
        return self.world.client.post(f"/_mock/sandboxes/{self.world.sandbox}/verify")


@pytest.fixture
def deletion(world: World) -> Deletion:
    audience = world.ready()
    (fault,) = world.control("POST", "/faults", {"preset": "lost-reply", "operation": "deleteAudience"})["faults"]
    return Deletion(world, audience, fault["id"])


def blindly(deletion: Deletion) -> int:
    """Send the request, and once more after a transport error."""
    try:
        return deletion.send().status_code
    except httpx.TransportError:
        return deletion.send().status_code


def blindly_by_its_library(deletion: Deletion) -> int:
    """Send the request with a common setting of urllib3, which repeats a DELETE by itself."""
    world = deletion.world
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(total=1)))
        url = world.client.base_url.join(f"/v1/accounts/{world.group}{deletion.path}")
        return session.delete(str(url), headers={"Authorization": f"Bearer {world.key}"}).status_code


def test_a_lost_reply_resets_the_connection_and_the_audience_is_gone(deletion: Deletion) -> None:
    with pytest.raises(httpx.ReadError, match=f"Errno {errno.ECONNRESET}"):
        deletion.send()

    (lost,) = deletion.exchanges()
    assert (lost["operation"], lost["outcome"], lost["status"]) == ("deleteAudience", "lost", None)
    assert lost["faults"] == [deletion.fault]
    assert deletion.world.control("GET", "/audiences")["audiences"] == []
    assert deletion.world.call("GET", deletion.path).status_code == HTTPStatus.NOT_FOUND
    assert deletion.world.listed() == []


@pytest.mark.parametrize("retrying", [blindly, blindly_by_its_library])
def test_a_client_that_blindly_retries_gets_a_finding(deletion: Deletion, retrying: Callable[[Deletion], int]) -> None:
    status = retrying(deletion)

    (finding,) = deletion.findings()
    assert status == HTTPStatus.NOT_FOUND
    assert (finding["rule"], finding["operation"]) == ("CLIENT-RETRY-UNREAD", "deleteAudience")
    assert (finding["basis"], finding["sentence"]) == ("documented", SENTENCE)
    assert finding["exchanges"] == [exchange["number"] for exchange in deletion.exchanges()]
    verdict = deletion.verdict()
    assert verdict.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "CLIENT-RETRY-UNREAD (1)" in verdict.json()["reason"]


@pytest.mark.parametrize("read", ["/audiences/{}", "/audiences", "/audiences/navigation"])
def test_a_client_that_reads_before_its_retry_gets_no_finding(deletion: Deletion, read: str) -> None:
    deletion.lose()

    deletion.world.call("GET", read.format(deletion.audience))
    again = deletion.send()

    assert again.status_code == HTTPStatus.NOT_FOUND
    assert deletion.findings() == []
    assert deletion.verdict().status_code == HTTPStatus.OK


def test_a_client_that_only_reads_gets_no_finding(deletion: Deletion) -> None:
    deletion.lose()

    assert deletion.world.call("GET", deletion.path).status_code == HTTPStatus.NOT_FOUND
    assert deletion.verdict().json()["findings"] == []


@pytest.mark.parametrize("read", ["/audiences/" + "0" * 24, "/prospecting"])
def test_a_read_of_another_resource_does_not_prevent_a_finding(deletion: Deletion, read: str) -> None:
    deletion.lose()

    deletion.world.call("GET", read)
    deletion.send()

    assert [finding["rule"] for finding in deletion.findings()] == ["CLIENT-RETRY-UNREAD"]
