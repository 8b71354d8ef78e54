"""The comparison of the clients' knowledge with the state of a restarted server."""

from typing import Any

import httpx

from tests.crash.audience import Audience, Known, State
from tests.crash.client import Client
from tests.harness.replicas import GROUP, KEY, SANDBOX


def compare(url: str, clients: list[Client], others: set[str]) -> None:
    """Compare everything that was acknowledged, refused or not answered with the state of the server.

    AssertionError where they differ. What was not answered is known from then on. `others`: the audiences that no
    client has made.
    """
    with httpx.Client(base_url=url, headers=KEY, timeout=60) as http:
        listed = {item["id"]: item for item in _listed(http)}
        jobs = {job["audienceId"]: job["id"] for job in _jobs(http) if job["status"] in {"queued", "running"}}
        for client in clients:
            _adopt(client, listed)
            _look(http, client, jobs)
        expected = {
            audience_id: known.state
            for client in clients
            for audience_id, known in client.audiences.items()
            if known.state is not None and known.state.job is None
        }
    assert {one: _shown(item) for one, item in listed.items() if one not in others} == expected


def _adopt(client: Client, listed: dict[str, Any]) -> None:
    """Add the audiences that a request of the client created without a response."""
    for audience_id, item in listed.items():
        if item["name"] in client.unanswered:
            client.audiences.setdefault(audience_id, Known((Audience(item["name"]),)))
            client.touched.add(audience_id)


def _look(http: httpx.Client, client: Client, jobs: dict[str, str]) -> None:
    """Read the audiences that the client has worked on since the last comparison, and those that are populated."""
    for audience_id, known in client.audiences.items():
        if audience_id in client.touched or any(one is not None and one.job for one in known.states):
            answer = http.get(f"{GROUP}/audiences/{audience_id}")
            if answer.status_code == 409:
                client.audiences[audience_id] = known.seen_populated(jobs.get(audience_id))
            else:
                client.audiences[audience_id] = known.seen(_read(answer))


def _read(answer: httpx.Response) -> State:
    assert answer.status_code in {200, 404}, answer.text
    return _shown(answer.json()["data"]) if answer.status_code == 200 else None


def _shown(item: dict[str, Any]) -> Audience:
    return Audience(item["name"], item["description"], item["prospectCount"])


def _listed(http: httpx.Client) -> list[dict[str, Any]]:
    """Return all pages of the list."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = http.get(f"{GROUP}/audiences", params={"limit": "100", **cursor}).raise_for_status().json()["data"]
        items += page["items"]
        if not page["hasMore"]:
            return items
        cursor = {"cursor": page["nextCursor"]}


def _jobs(http: httpx.Client) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = http.get(f"{SANDBOX}/jobs").raise_for_status().json()["jobs"]
    return jobs


def ids(url: str) -> set[str]:
    """Return the ids of the audiences that a server lists."""
    with httpx.Client(base_url=url, headers=KEY, timeout=60) as http:
        return {item["id"] for item in _listed(http)}
