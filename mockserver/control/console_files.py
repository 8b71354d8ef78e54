"""The handlers of the console: a page of plain modules, which uses the control plane like any other client."""

import hashlib
import re
from importlib.resources import files

import connexion
from starlette.responses import Response

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError

_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript"}
_NAME = re.compile(r"[a-z_]+\.(css|js)")
"""The names that a file may have: none of them leads out of its folder."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class ConsoleHandlers:
    """The handlers of operations on the files of the console."""

    @operation("getConsole")
    async def page(self) -> Response:
        """Return the page; its policy prevents it from loading files of other origins."""
        headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
        return _response(_read("index.html"), "text/html", headers)

    @operation("getConsoleAsset")
    async def asset(self, asset: str) -> Response:
        """Return a file of the page; 404 unless there is one of this name."""
        return _file("", asset)

    @operation("getConsolePanel")
    async def panel(self, asset: str) -> Response:
        """Return a panel of the page; 404 unless there is one of this name."""
        return _file("panels/", asset)


def _file(folder: str, name: str) -> Response:
    match = _NAME.fullmatch(name)
    try:
        content = None if match is None else _read(f"{folder}{name}")
    except FileNotFoundError:
        content = None
    if match is None or content is None:
        raise ControlError(404, f"the console has no file {folder}{name}")
    return _response(content, _MEDIA_TYPES[match[1]], {})


def _read(path: str) -> bytes:
    return files("mockserver.control").joinpath("console", *path.split("/")).read_bytes()


def _response(content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Return a file, or 304 for a browser that has it; a browser asks each time, so that no old module is used."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag, "X-Content-Type-Options": "nosniff", **headers}
    if tag in re.findall(r'"[^"]*"', connexion.request.headers.get("If-None-Match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, headers={"Content-Type": media_type, **headers})
