"""A sandbox for a single test, used through HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

BODY = {"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search/results/people/"}


@dataclass(frozen=True)
class World:
    """An account group of a fresh sandbox, and an all-permissions key for it."""

    client: httpx.Client
    sandbox: str
    key: str
    group: str

    @classmethod
    def make(cls, client: httpx.Client) -> "World":
        """Create a sandbox on a served mock."""
        made = client.post("/_mock/sandboxes", json={}).raise_for_status().json()
        return cls(client, made["id"], made["keys"][0]["key"], made["accountGroups"][0]["id"])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request below the account group, with the world's key or another."""
        sent = {"Authorization": f"Bearer {key or self.key}", **(headers or {})}
        return self.client.request(method, f"/v1/accounts/{quote(self.group, safe='')}{path}", json=body, headers=sent)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control plane of the sandbox; a failure is an error of the test."""
        answer = self.client.request(method, f"/_mock/sandboxes/{self.sandbox}{path}", json=body).raise_for_status()
        return answer.json() if answer.content else None

    def state(self, name: str, action: str = "setup", **params: Any) -> dict[str, Any]:
        """Set up or tear down a provider state."""
        answer = self.client.post(
            "/_mock/provider-states",
            params={"sandbox": self.sandbox},
            json={"state": name, "params": {"apiKey": self.key, **params}, "action": action},
        )
        return dict(answer.raise_for_status().json())

    def another_key(self, *permissions: str, **params: Any) -> str:
        """Create a further key for the same account group, with these permissions."""
        made = self.state("an API key", permissions=list(permissions), accountGroupId=self.group, **params)
        return str(made["apiKey"])

    def ready(self, prospects: int = 3) -> str:
        """Create an audience that is ready."""
        return str(self.state("an audience that is ready", prospects=prospects)["audienceId"])

    def populated(self, status: str = "running") -> tuple[str, str]:
        """Create an audience that is being populated; return its id and that of its job."""
        made = self.state("an audience being populated", jobStatus=status)
        return made["audienceId"], made["jobId"]

    def folder(self, audience_type: str = "on_demand") -> str:
        """Create a folder."""
        made = self.call("POST", "/audiences/folders", {"name": "A folder", "audienceType": audience_type})
        return str(made.json()["data"]["id"])

    def started(self, **body: Any) -> str:
        """Start a job through the public API."""
        made = self.call("POST", "/prospecting", BODY | body)
        return str(made.json()["data"]["jobId"])

    def listed(self) -> list[str]:
        """Return the identifiers of the audiences in the list."""
        return [item["id"] for item in self.call("GET", "/audiences?limit=100").json()["data"]["items"]]

    def everything(self) -> list[Any]:
        """Return everything that the vendor's API shows of the account group, prospects included, without trace ids."""
        audiences = self.listed()
        paths = ["/audiences?limit=100", "/audiences/navigation", "/prospecting?limit=100"]
        paths += [f"/audiences/{audience}/prospects" for audience in audiences]
        return [self.call("GET", path).json()["data"] for path in paths]
