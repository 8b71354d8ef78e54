"""A stand-in for a container runtime: as much of Docker's API as Testcontainers uses.

A container of it is a server in a thread, with the variables that the container was given.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mockserver.config import Settings
from tests.harness.in_thread import served

IMAGE = "audience-mock"
_PORT = "8080/tcp"
_NO_CONTAINER = {"message": "No such container"}


@dataclass
class Container:
    """A container: the document that it was created from, and the server that it is while it runs."""

    created: dict[str, Any]
    server: ExitStack = field(default_factory=ExitStack)
    port: str | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The variables of its environment."""
        return dict(variable.split("=", 1) for variable in self.created["Env"])

    def start(self) -> None:
        """Start the server, as the image does: for all addresses, so that it has an admin token."""
        settings = Settings(host="0.0.0.0", admin_token=self.variables["AUDIENCE_MOCK_ADMIN_TOKEN"])  # noqa: S104  (it says so, and listens on loopback)
        url, _ = self.server.enter_context(served(settings))
        self.port = url.rpartition(":")[2]

    def stop(self) -> None:
        """Stop the server."""
        self.server.close()
        self.port = None


@dataclass
class Runtime:
    """The containers, by identifier, and those that have been removed.

    Attributes:
        url: The address of its API, for `DOCKER_HOST`.
    """

    url: str = ""
    containers: dict[str, Container] = field(default_factory=dict)
    removed: list[Container] = field(default_factory=list)

    def variables(self) -> dict[str, str]:
        """Return the variables that lead Testcontainers here, as from a machine that is no container itself."""
        return {
            "DOCKER_HOST": self.url,
            "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
            "TESTCONTAINERS_RYUK_DISABLED": "true",  # the container of theirs that removes others after a crash
        }

    def application(self) -> Starlette:
        """Return the API; clients put a version in front of its paths, or none."""
        routes = [
            ("GET", "/_ping", self._version),
            ("GET", "/version", self._version),
            ("GET", "/info", self._info),
            ("GET", "/networks", self._nothing),
            ("GET", "/images/{name:path}/json", self._image),
            ("GET", "/containers/json", self._list),
            ("POST", "/containers/create", self._create),
            ("GET", "/containers/{id}/json", self._inspect),
            ("GET", "/containers/{id}/logs", self._logs),
            ("POST", "/containers/{id}/start", self._start),
            ("POST", "/containers/{id}/stop", self._stop),
            ("DELETE", "/containers/{id}", self._remove),
        ]
        prefixes = ("", "/v{version}")
        return Starlette(
            routes=[
                Route(prefix + path, handle, methods=[method]) for prefix in prefixes for method, path, handle in routes
            ]
        )

    async def _version(self, _: Request) -> Response:
        return JSONResponse(
            {"ApiVersion": "1.44", "MinAPIVersion": "1.24", "Version": "25.0.0", "Os": "linux", "Arch": "amd64"},
            headers={"API-Version": "1.44"},
        )

    async def _info(self, _: Request) -> Response:
        return JSONResponse({"OperatingSystem": "none", "OSType": "linux", "Architecture": "x86_64", "NCPU": 1})

    async def _nothing(self, _: Request) -> Response:
        return JSONResponse([])

    async def _image(self, request: Request) -> Response:
        name = request.path_params["name"]
        is_known = name.removesuffix(":latest") == IMAGE
        return JSONResponse({"Id": name, "RepoTags": [name], "Config": {}}, status_code=200 if is_known else 404)

    async def _list(self, _: Request) -> Response:
        return JSONResponse([self._document(name) for name in self.containers])

    async def _create(self, request: Request) -> Response:
        name = f"{len(self.containers) + len(self.removed) + 1:064x}"
        self.containers[name] = Container(await request.json())
        return JSONResponse({"Id": name, "Warnings": []}, status_code=201)

    async def _inspect(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in self.containers:
            return JSONResponse(_NO_CONTAINER, status_code=404)
        return JSONResponse(self._document(name))

    def _document(self, name: str) -> dict[str, Any]:
        container = self.containers[name]
        bindings = [] if container.port is None else [{"HostIp": "0.0.0.0", "HostPort": container.port}]  # noqa: S104  (a document)
        is_running = container.port is not None
        return {
            "Id": name,
            "Name": f"/{name[-8:]}",
            "Created": "2026-01-01T00:00:00Z",
            "Image": container.created["Image"],
            "Config": {**container.created, "Hostname": name[-8:]},
            "State": {"Status": "running" if is_running else "created", "Running": is_running, "ExitCode": 0},
            "HostConfig": {**container.created["HostConfig"], "NetworkMode": "bridge"},
            "NetworkSettings": {"Ports": {_PORT: bindings}, "Networks": {}},
        }

    async def _logs(self, _: Request) -> Response:
        return Response(b"", media_type="application/vnd.docker.raw-stream")

    async def _start(self, request: Request) -> Response:
        await to_thread.run_sync(self.containers[request.path_params["id"]].start)
        return Response(status_code=204)

    async def _stop(self, request: Request) -> Response:
        await to_thread.run_sync(self.containers[request.path_params["id"]].stop)
        return Response(status_code=204)

    async def _remove(self, request: Request) -> Response:
        container = self.containers.pop(request.path_params["id"])
        await to_thread.run_sync(container.stop)
        self.removed.append(container)
        return Response(status_code=204)


@contextmanager
def container_runtime() -> Iterator[Runtime]:
    """Yield a runtime whose API is served; its containers are stopped at the end."""
    runtime = Runtime()
    with served(Settings(), build=lambda *_: runtime.application()) as (url, _):
        runtime.url = url.replace("http:", "tcp:")
        try:
            yield runtime
        finally:
            for container in runtime.containers.values():
                container.stop()
