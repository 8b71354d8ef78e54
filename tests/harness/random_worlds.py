"""Random sandboxes, made through the API and the control plane, and all that can be read of them."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from mockserver.adapters.clock import ManualClock
from mockserver.domain.instant import iso
from mockserver.ports import Access, Store
from tests.harness.sandbox_client import BODY

STEPS = (
    *("create", "create", "folder", "rename", "move", "move", "unfile", "patch", "delete", "start", "start", "start"),
    *("poll", "poll", "cancel", "pace", "pace", "populate", "populate", "end", "change", "advance", "advance", "clock"),
    *("limit", "key", "key limit", "revoke", "expire", "exhaust", "fail", "limited", "fault", "group", "wait"),
)
PACES = (
    {"pace": "time", "durationMs": 30_000},
    {"pace": "polls", "polls": 3},
    {"pace": "immediate", "outcome": "failed", "stage": "import", "share": 0.29},
    {"pace": "manual", "status": "running"},
    {"pace": "time", "durationMs": 5_000, "outcome": "failed", "stage": "enrichment", "share": 0.3},
    {"pace": "manual", "status": "queued", "outcome": "cancelled"},
)
NAMES = ("Plain", "  Ünïcode 🎈", "on", "2030-01-01T00:00:00Z", "a: b # c", "'\"\\\t\n", "1e3", "\x7f\x85\u2028")
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "response", "status": 500, "operation": "getProspectingJob", "from": 2, "times": 2},
    {"kind": "response", "status": 429, "retryAfter": 7, "operation": "listAudiences", "times": 1},
    {"kind": "malformed-json", "operation": "listProspectingJobs", "from": 3, "times": 3},
)
URLS = [f"https://www.linkedin.com/in/person-{number}" for number in range(4)]


@dataclass
class RandomWorld:
    """A sandbox that is changed by random steps; `keys` are its tokens by name."""

    client: httpx.AsyncClient
    clock: ManualClock
    store: Store
    sandbox: str
    keys: dict[str, str]
    groups: list[str]
    audiences: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    started: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, client: httpx.AsyncClient, clock: ManualClock, store: Store, shown: dict[str, Any]) -> "RandomWorld":
        """Return the world of a sandbox, as the control plane shows it."""
        keys = {key["name"]: key["key"] for key in shown["keys"]}
        return cls(client, clock, store, shown["id"], keys, [group["id"] for group in shown["accountGroups"]])

    def twin(self, shown: dict[str, Any]) -> "RandomWorld":
        """Return the world of another sandbox with the same records."""
        other = RandomWorld.of(self.client, self.clock, self.store, shown)
        other.audiences, other.folders, other.jobs = self.audiences, self.folders, self.jobs
        other.started = self.started
        return other

    async def vendor(
        self, method: str, path: str, body: Any = None, key: str = "all permissions", group: int = 0, **headers: str
    ) -> httpx.Response:
        """Send a request of the vendor's API below an account group."""
        sent = {"Authorization": f"Bearer {self.keys[key]}"} | headers
        return await self.client.request(method, f"/v1/accounts/{self.groups[group]}{path}", json=body, headers=sent)

    async def control(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request about the sandbox to the control plane."""
        return await self.client.request(method, f"/_mock/sandboxes/{self.sandbox}{path}", json=body)

    async def play(self, step: str, number: int) -> None:
        """Take a step; a refused one changes nothing."""
        answer = await self._sent(step, number)
        body = answer.json() if answer.content else {}
        data = body.get("data") or {} if "success" in body else body
        created = {"create": self.audiences, "folder": self.folders, "populate": self.jobs}.get(step)
        if created is not None and "id" in data:
            created.append(data["id"])
        if step == "start" and answer.status_code == 202 and data["jobId"] not in self.jobs:
            known = (await self.control("GET", "/audiences")).json()["audiences"]
            self.audiences += [one["id"] for one in known if one["id"] not in self.audiences]
            self.jobs.append(data["jobId"])
            self.started[f"k{number}"] = json.loads(answer.request.content)
        if step in {"key", "group"} and "key" in data:
            self.keys[data["name"]] = data["key"]

    async def _sent(self, step: str, number: int) -> httpx.Response:  # noqa: PLR0911, PLR0912, C901  (a table)
        audience, folder, job = (
            ids[number % len(ids)] if ids else "0" * 24 for ids in (self.audiences, self.folders, self.jobs)
        )
        name, kind = NAMES[number % len(NAMES)], ("on_demand", "monitoring")[number % 2]
        key = list(self.keys)[number % len(self.keys)]
        pace = PACES[number % len(PACES)]
        match step:
            case "create":
                return await self.vendor("POST", "/audiences", {"name": name, "type": kind, "description": name})
            case "folder":
                return await self.vendor("POST", "/audiences/folders", {"name": name, "audienceType": kind})
            case "rename":
                return await self.vendor("PATCH", f"/audiences/folders/{folder}", {"name": f"{name} again"})
            case "move":
                return await self.vendor("POST", f"/audiences/{audience}/move-to-folder", {"folderId": folder})
            case "unfile":
                return await self.vendor("POST", f"/audiences/{audience}/remove-from-folder")
            case "patch":
                return await self.vendor("PATCH", f"/audiences/{audience}", {"name": f"{name} changed"})
            case "delete":
                return await self.vendor("DELETE", f"/audiences/{audience}")
            case "start":
                uploaded = {"source": "url_upload", "urls": URLS[: 1 + number % 4], "name": name}
                body = (
                    uploaded if number % 3 == 0 else BODY | {"maxResults": 1 + number, "searchEmails": number % 2 > 0}
                )
                return await self.vendor("POST", "/prospecting", body, **{"Idempotency-Key": f"k{number}"})
            case "poll":
                return await self.vendor("GET", f"/prospecting/{job}")
            case "cancel":
                return await self.vendor("POST", f"/prospecting/{job}/cancel")
            case "pace":
                return await self.control("PUT", "/job-pace", pace)
            case "populate":
                body = {"accountGroupId": self.groups[0], "audienceId": audience, "requested": 100 * number}
                return await self.control("POST", "/jobs", body | pace)
            case "end":
                return await self.control(
                    "POST", f"/jobs/{job}/end", {"outcome": "failed", "share": 0.1 * (number % 9)}
                )
            case "change":
                return await self.control("PATCH", f"/jobs/{job}", pace)
            case "advance":
                return await self.control("POST", "/clock/advance", {"milliseconds": 1 + 2_900 * number})
            case "clock":
                return await self.control("PUT", "/clock", {"mode": ("manual", "real")[number % 2]})
            case "limit":
                return await self.control("PUT", "/limits", {"rate": ("90/s", "40/m", "30/h")[number % 3]})
            case "key":
                permissions = ["audiences:read", "prospecting:read"] if number % 2 else ["audiences:write"]
                body = {"name": f"key {len(self.keys)}", "permissions": permissions, "accountGroupIds": self.groups[:1]}
                return await self.control("POST", "/keys", body)
            case "group":
                return await self.control("POST", "/keys", {"name": f"of a group {len(self.keys)}"})
            case "key limit":
                return await self.control("PUT", f"/keys/{self.keys[key]}/limit", {"rate": f"{1 + number}/m"})
            case "revoke":
                return await self.control("PATCH", f"/keys/{self.keys[key]}", {"revoked": number % 2 > 0})
            case "expire":
                at = iso(self.clock.now() + 9_000 * number) if number % 3 else None
                return await self.control("PATCH", f"/keys/{self.keys[key]}", {"expiresAt": at})
            case "fault":
                named = {"key": (key, self.keys[key])[number % 2]} if number > 3 else {}
                return await self.control("POST", "/faults", FAULTS[number % len(FAULTS)] | named)
            case "exhaust" | "fail" | "limited":
                state = {"exhaust": "the credits are exhausted", "fail": "the server fails internally"}
                named = {"state": state.get(step, "the rate limit is exhausted"), "params": {"apiKey": self.keys[key]}}
                undone = {"action": "teardown"} if number % 2 else {}
                return await self.client.post(f"/_mock/provider-states?sandbox={self.sandbox}", json=named | undone)
        self.clock.advance(700 * number)
        return await self.control("GET", "/clock")

    async def records(self) -> list[Any]:
        """Return all records, without serial numbers, tokens and what belongs to the sandbox alone."""
        names = {token: name for name, token in self.keys.items()}
        async with self.store.transaction(self.sandbox, Access.READ) as transaction:
            sandbox = await transaction.sandbox()
            found: list[Any] = [
                *(replace(key, token=names[key.token]) for key in await transaction.api_keys()),
                *await transaction.replays(),
            ]
            found.sort(key=str)
            found += [sandbox.clock.now(self.clock.now()), sandbox.progression, sandbox.limit]
            found += [replace(fault, key=names.get(fault.key or "", fault.key)) for fault in sandbox.faults]
            for group in sorted(await transaction.account_groups(), key=lambda group: group.serial):
                lists: list[Any] = [group, *await transaction.folders(group.id)]
                lists += await transaction.audiences(group.id, before=None, limit=None)
                lists += await transaction.jobs(group.id, before=None, limit=None)
                found += [replace(record, serial=0) for record in lists]
            return found

    async def readings(self) -> list[Any]:
        """Return all that can be read, now and after some time, without what differs between sandboxes."""
        read = await self._read_all()
        for milliseconds in (4_000, 26_000):
            moved = (await self.control("POST", "/clock/advance", {"milliseconds": milliseconds})).json()
            moved["events"].sort(key=lambda event: (event["at"], self._neutral(event)))
            read += [self._neutral(moved), *await self._read_all()]
        return read

    async def _read_all(self) -> list[Any]:
        read: list[Any] = []
        for key in sorted(self.keys):
            accounts = await self.client.get("/v1/accounts", headers={"Authorization": f"Bearer {self.keys[key]}"})
            read += [(key, self._shown(accounts)), *await self._pages("/audiences?limit=3", key)]
        ids = [f"/audiences/{one}" for one in self.audiences], [f"/prospecting/{one}" for one in self.jobs]
        single = ["/audiences/navigation", *ids[0], *(f"{one}/prospects" for one in ids[0]), *ids[1]]
        read += [(path, self._shown(await self.vendor("GET", path))) for path in single]
        for status in ("", "queued", "running", "completed", "failed", "cancelled"):
            read += await self._pages(
                f"/prospecting?limit=2&status={status}".removesuffix("&status="), "all permissions"
            )
        for key, body in self.started.items():
            read.append(self._shown(await self.vendor("POST", "/prospecting", body, **{"Idempotency-Key": key})))
        return [*read, *[await self._controls(part) for part in ("", "/jobs", "/audiences", "/limits", "/faults")]]

    async def _pages(self, path: str, key: str) -> list[Any]:
        pages: list[Any] = []
        cursor = ""
        while cursor is not None and len(pages) < 40:
            answer = await self.vendor("GET", path + cursor, key=key)
            pages.append((path, self._shown(answer)))
            is_page = answer.status_code == 200 and answer.text.startswith("{") and answer.text.endswith("}")
            after = answer.json()["data"]["nextCursor"] if is_page else None
            cursor = None if after is None else f"&cursor={after}"
        return pages

    async def _controls(self, part: str) -> Any:
        shown = (await self.control("GET", part)).json()
        for fault in shown.get("faults", []):
            fault.update(id="", key="")
        for records in (shown[member] for member in ("keys", "audiences", "jobs") if member in shown):
            records.sort(key=self._neutral)
        shown.pop("name", None)
        return self._neutral(shown)

    def _shown(self, answer: httpx.Response) -> Any:
        retry = answer.headers.get("retry-after")
        try:
            body = answer.json()
        except ValueError:
            return answer.status_code, retry
        body.pop("traceId")
        if isinstance(body.get("data"), dict) and "nextCursor" in body["data"]:
            body["data"]["nextCursor"] = body["data"]["nextCursor"] is not None
        return answer.status_code, retry, self._neutral(body)

    def _neutral(self, value: Any) -> str:
        """Return a value as text, without the tokens and the id of the sandbox."""
        text = json.dumps(value, sort_keys=True)
        for name, token in self.keys.items():
            text = text.replace(token, f"<{name}>")
        return text.replace(self.sandbox, "<sandbox>")
