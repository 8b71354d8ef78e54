"""A fixed conversation with a server: a server whose responses differ from the mock's is a different server."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

NOTHING = "f" * 24
PERMISSIONS = ("audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write")
JOB = {"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search/results/people/"}
VARIABLE = re.compile(r'[0-9a-f]{24}|(?<=")[\w-]{40,}(?=")')
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class Conversation:
    """The exchanges so far, with names in place of the values that differ from run to run."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.said: list[str] = []
        self.names: dict[str, str] = {}
        self.token = self.group = ""

    def state(self, name: str, **params: Any) -> Any:
        """Set a provider state up."""
        sent = {"state": name, "params": params, "action": params.pop("action", "setup")}
        return self.client.post("/_mock/provider-states", json=sent).raise_for_status().json()

    def key(self, **params: Any) -> str:
        """Create a key; the first key and its account group become the conversation's own."""
        made = self.state("an API key", **params)
        if not self.token:
            self.token, self.group = made["apiKey"], made["accountGroupId"]
        return str(made["apiKey"])

    def ask(self, method: str, path: str, body: Any = None, *, group: str = "", **headers: str | None) -> Any:
        """Send a request, record the response and return its `data`, or an empty object."""
        sent = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): one for name, one in headers.items()},
        }
        kept = {name: value for name, value in sent.items() if value is not None}
        content = None if body is None else json.dumps(body)
        kept |= {} if body is None else {"Content-Type": "application/json"}
        url = f"/v1/accounts/{group or self.group}{path}" if path != "accounts" else "/v1/accounts"
        answer = self.client.request(method, url, content=content, headers=kept)
        text = answer.text
        document: Any = {}
        if "json" in answer.headers.get("content-type", "") and answer.content:
            document = answer.json()
            traced = document if "traceId" not in document else {**document, "traceId": "*"}
            text = json.dumps(traced, separators=(",", ":"))
        self.said.append(f"{method} {answer.status_code} {answer.headers.get('content-type')} {self.named(text)}")
        return (document.get("data") if isinstance(document, dict) else None) or {}

    def named(self, text: str) -> str:
        """Return a text with names for identifiers, instants and cursors, and without hints, messages and details."""
        text = re.sub(r'"(hint|message)":"[^"]*"|"details":\{[^}]*\}', "", INSTANT.sub("<instant>", text))
        return VARIABLE.sub(lambda found: self.names.setdefault(found[0], f"<{len(self.names)}>"), text)

    def new(self, path: str, body: Any, member: str = "id", **headers: str) -> str:
        """Create a resource, record the response and return the identifier, or an identifier that no resource has."""
        return str(self.ask("POST", path, body, **headers).get(member, NOTHING))

    def look(self) -> None:
        """Read the audiences, the navigation and the jobs."""
        for path in ("/audiences", "/audiences/navigation", "/prospecting"):
            self.ask("GET", path)

    def pages(self, path: str) -> None:
        """Read a list page by page."""
        cursor = ""
        for _ in range(9):
            data = self.ask("GET", f"{path}?limit=2{cursor}")
            cursor = f"&cursor={data['nextCursor']}" if isinstance(data, dict) and data.get("nextCursor") else ""
            if not cursor:
                break


def operations(audience: str, folder: str, job: str) -> Iterator[tuple[str, str, Any]]:
    """Yield every operation, the deletion last."""
    yield from (("GET", path, None) for path in ("accounts", "/audiences", "/audiences/navigation", "/prospecting"))
    yield from (("GET", f"/audiences/{audience}{rest}", None) for rest in ("", "/prospects"))
    yield "GET", f"/prospecting/{job}", None
    yield "POST", "/audiences", {"name": "One", "type": "on_demand", "description": "D"}
    yield "POST", "/audiences/folders", {"name": "One", "audienceType": "on_demand"}
    yield "PATCH", f"/audiences/folders/{folder}", {"name": "Two"}
    yield "PATCH", f"/audiences/{audience}", {"name": "Two"}
    yield "PATCH", f"/audiences/{audience}", {"description": "Three"}
    yield "POST", f"/audiences/{audience}/move-to-folder", {"folderId": folder}
    yield "POST", f"/audiences/{audience}/remove-from-folder", None
    yield "POST", "/prospecting", JOB
    yield "POST", f"/prospecting/{job}/cancel", None
    yield "DELETE", f"/audiences/{audience}", None


def access(talk: Conversation, audience: str, folder: str, job: str) -> None:
    """Send every operation with every kind of invalid or insufficient key."""
    revoked = talk.key(accountGroupId=talk.group)
    talk.ask("GET", "accounts", Authorization=f"Bearer {revoked}")
    talk.ask("GET", f"/audiences/{audience}", Authorization=f"Bearer {revoked}")
    talk.state("the API key is revoked", apiKey=revoked)
    born = talk.key(accountGroupId=talk.group, status="revoked")
    near = (talk.token[:-1], f"{talk.token}x", talk.token.upper(), revoked, born)
    wrong = [None, "Basic eDp5", *(f"Bearer {one}" for one in near)]
    wrong += [f"Bearer {talk.key(accountGroupId=talk.group, permissions=[one])}" for one in PERMISSIONS]
    for method, path, body in operations(audience, folder, job):
        for authorization in wrong:
            talk.ask(method, path, body, Authorization=authorization)
            talk.ask("GET", f"/audiences/{audience}")
    for _ in range(20):
        talk.ask("DELETE", f"/audiences/{audience}", Authorization=f"Bearer {revoked}")
    talk.look()


def foreign(talk: Conversation, audience: str, folder: str, job: str) -> None:
    """Send every operation under another account group, and on the resources of another account group."""
    other = Conversation(talk.client)
    other.key()
    theirs = other.state("an audience that is ready", apiKey=other.token)["audienceId"]
    place = other.new("/audiences/folders", {"name": "Theirs", "audienceType": "on_demand"})
    active = other.new("/prospecting", JOB, "jobId")
    for method, path, body in operations(audience, folder, job):
        talk.ask(method, path, body, group=other.group)
    for method, path, body in operations(theirs, place, active):
        talk.ask(method, path, body)
    talk.ask("POST", f"/audiences/{audience}/move-to-folder", {"folderId": place})
    talk.look()
    other.look()
    talk.said += other.said


def identifiers(talk: Conversation, audience: str, folder: str, job: str) -> None:
    """Send every operation with identifiers that nearly exist, and with odd identifiers."""
    for change in (lambda one: one[:-1], lambda one: f"{one}0", lambda one: "".join(f"%25{ord(c):02X}" for c in one)):
        for method, path, body in operations(change(audience), change(folder), change(job)):
            talk.ask(method, path, body)
    for odd in ("x", "~", "a" * 128, NOTHING):
        for method, path, body in operations(odd, odd, odd):
            talk.ask(method, path, body)
    talk.look()


def lives(talk: Conversation, folder: str) -> None:
    """Send operations on audiences while a job is active and after each outcome."""
    for status, outcome in itertools.product(("queued", "running"), ("completed", "failed", "cancelled")):
        made = talk.state("an audience being populated", apiKey=talk.token, jobStatus=status)
        audience, job = made["audienceId"], made["jobId"]
        for method, path, body in operations(audience, folder, job):
            if "cancel" not in path and path != "/prospecting":
                talk.ask(method, path, body)
        for permissions in (PERMISSIONS, ["audiences:read", "audiences:write"]):
            other = f"Bearer {talk.key(accountGroupId=talk.group, permissions=permissions)}"
            for method in ("GET", "PATCH", "DELETE"):
                body = {"name": "by another key"} if method == "PATCH" else None
                talk.ask(method, f"/audiences/{audience}", body, Authorization=other)
        for query, header in (
            ("?force=true", {}),
            ("", {"X_HTTP_Method_Override": "GET"}),
            ("", {"Idempotency_Key": "1"}),
        ):
            talk.ask("DELETE", f"/audiences/{audience}{query}", **header)
        talk.ask("DELETE", f"/audiences/{audience}", {"force": True})
        talk.ask("DELETE", f"/audiences/{job}")
        talk.state("the prospecting has ended", jobId=job, outcome=outcome)
        talk.look()
        for method, path, body in operations(audience, folder, job):
            if path != "/prospecting":
                talk.ask(method, path, body)
        talk.ask("GET", f"/prospecting?status={outcome}")


def changes(talk: Conversation, folder: str) -> None:
    """Create, change and delete resources; send invalid requests and idempotency keys."""
    empty = talk.new("/audiences/folders", {"name": "Empty", "audienceType": "monitoring"})
    new = {"name": "Same", "type": "on_demand", "description": "D"}
    made = [talk.new("/audiences", new, Idempotency_Key="1") for _ in range(6)]
    for one in made[:3]:
        talk.ask("GET", f"/audiences/{one}")
        talk.ask("POST", f"/audiences/{one}/move-to-folder", {"folderId": folder})
    for body in (
        {},
        {"name": 1},
        {"name": "N", "description": 1},
        {"name": "N", "type": "other"},
        {"folderId": folder[::-1]},
    ):
        talk.ask("PATCH", f"/audiences/{made[0]}", body, Idempotency_Key="1")
        talk.ask("GET", f"/audiences/{made[0]}")
        talk.ask("POST", "/audiences", body)
        talk.ask("POST", "/audiences/folders", body)
        talk.ask("POST", f"/audiences/{made[0]}/move-to-folder", body)
        talk.ask("POST", "/prospecting", body)
    talk.ask("PATCH", f"/audiences/{made[0]}", {"name": " "})
    talk.ask("POST", f"/audiences/{made[0]}/move-to-folder", {"folderId": empty})
    talk.look()
    for key in ("2", "2", "3"):
        talk.ask("PATCH", f"/audiences/{made[0]}", {"description": key}, Idempotency_Key=key)
        talk.ask("GET", f"/audiences/{made[0]}")
    talk.ask("POST", f"/audiences/{made[1]}/remove-from-folder")
    talk.look()
    talk.ask("PATCH", f"/audiences/folders/{folder}", {"name": "Renamed"})
    for _ in range(2):
        talk.ask("DELETE", f"/audiences/{made[2]}", Idempotency_Key="4")
    other = talk.key(accountGroupId=talk.group)
    for method, path, body in operations(made[2], folder, NOTHING):
        talk.ask(method, path, body, Authorization=f"Bearer {other}")
    talk.pages("/audiences")
    talk.ask("DELETE", f"/audiences/{made[0]}")
    talk.look()


def jobs(talk: Conversation) -> None:
    """Start, replay, filter and cancel jobs, and start a job without credits."""
    first = talk.new("/prospecting", JOB, "jobId", Idempotency_Key="1")
    talk.ask("POST", "/prospecting", JOB, Idempotency_Key="1")
    second = talk.new("/prospecting", JOB, "jobId", Idempotency_Key="2")
    for path in (
        f"/prospecting/{first}",
        f"/prospecting/{second}",
        "/prospecting?status=queued",
        "/prospecting?status=failed",
    ):
        talk.ask("GET", path)
    talk.ask("POST", f"/prospecting/{first}/cancel")
    talk.ask("GET", f"/prospecting/{second}")
    talk.ask("POST", f"/prospecting/{second}/cancel")
    talk.ask("POST", f"/prospecting/{talk.new('/prospecting', JOB, 'jobId')}/cancel")
    talk.ask("POST", "/prospecting", JOB, Idempotency_Key="2")
    talk.ask("POST", "/prospecting", {**JOB, "maxResults": 3}, Idempotency_Key="2")
    talk.pages("/prospecting")
    talk.state("the credits are exhausted", apiKey=talk.token)
    talk.ask("POST", "/prospecting", JOB)
    talk.state("the credits are exhausted", apiKey=talk.token, action="teardown")
    talk.look()


def refusals(talk: Conversation, folder: str) -> None:
    """Send every operation past the rate limit, and with internal failures."""
    audience = talk.state("an audience that is ready", apiKey=talk.token, prospects=7)["audienceId"]
    for state in ("the rate limit is exhausted", "the server fails internally"):
        talk.state(state, apiKey=talk.token, **({"times": 1000} if "fails" in state else {}))
        for method, path, body in operations(audience, folder, NOTHING):
            talk.ask(method, path, body)
        talk.state(state, apiKey=talk.token, action="teardown")
    talk.pages(f"/audiences/{audience}/prospects")
    talk.ask("DELETE", f"/audiences/{audience}")
    talk.look()


def conversation(url: str) -> list[str]:
    """Return all exchanges of the conversation with a server."""
    with httpx.Client(base_url=url, timeout=20) as client:
        talk = Conversation(client)
        talk.key()
        folder = talk.new("/audiences/folders", {"name": "First", "audienceType": "on_demand"})
        made = talk.state("an audience that is ready", apiKey=talk.token)
        talk.state("an audience that is ready", apiKey=talk.token)
        job = talk.new("/prospecting", JOB, "jobId")
        bystander = Conversation(client)
        bystander.state("an audience that is ready", apiKey=bystander.key())
        changes(talk, folder)
        jobs(talk)
        lives(talk, folder)
        refusals(talk, folder)
        identifiers(talk, made["audienceId"], folder, job)
        foreign(talk, made["audienceId"], folder, job)
        access(talk, made["audienceId"], folder, job)
        bystander.look()
    return [*talk.said, *bystander.said]
