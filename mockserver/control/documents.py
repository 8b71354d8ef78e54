"""The handlers of health, of the contracts, and of the documentation page."""

from collections.abc import Callable
from functools import cached_property
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.responses import Body, Response
from mockserver.service.sandboxes import Sandboxes

Contract = Callable[[], dict[str, Any]]
File = tuple[bytes, int, dict[str, str]]

_SCRIPT = "text/javascript"
_STYLE = "text/css"
_OWN = {"page.css": ("docs_page.css", _STYLE), "start.js": ("docs_page.js", _SCRIPT)}
"""Files of this package, and their media types, by asset."""
_BUNDLED = {
    "favicon-32x32.png": "image/png",
    "swagger-ui.css": _STYLE,
    "swagger-ui-bundle.js": _SCRIPT,
    "swagger-ui-standalone-preset.js": _SCRIPT,
}
"""Media types of files of Swagger UI, by asset."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocumentHandlers:
    """The handlers of operations on health and documentation."""

    def __init__(  # noqa: PLR0913  (one argument a contract)
        self,
        sandboxes: Sandboxes,
        version: str,
        *,
        control_contract: Contract,
        contract: Contract,
        typed_contract: Contract,
        states_contract: Contract,
    ) -> None:
        self._sandboxes = sandboxes
        self._version = version
        self._read_control_contract = control_contract
        self._read_contract = contract
        self._read_typed_contract = typed_contract
        self._read_states_contract = states_contract

    @operation("getHealth")
    async def health(self) -> Response:
        """Report that the server is up."""
        return {"status": "ok", "version": self._version, "sandboxes": len(await self._sandboxes.list_all())}, 200

    @operation("getControlContract")
    async def control_contract(self) -> Response:
        """Return the contract of the control plane."""
        return self._control_contract, 200

    @operation("getContract")
    async def contract(self) -> Response:
        """Return the contract of the vendor's API."""
        return self._contract, 200

    @operation("getTypedContract")
    async def typed_contract(self) -> Response:
        """Return the contract for generators of clients."""
        return self._typed_contract, 200

    @operation("getProviderStatesContract")
    async def states_contract(self) -> Response:
        """Return the contract of the provider states."""
        return self._states_contract, 200

    @operation("getDocs")
    async def page(self) -> File:
        """Return the page that shows both contracts; its policy prevents it from loading files of other origins."""
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return _own_file("docs_page.html", "text/html", headers)

    @operation("getDocsAsset")
    async def asset(self, asset: str) -> File:
        """Return a file of the page; 404 unless it is one of a fixed list."""
        if asset in _OWN:
            return _own_file(*_OWN[asset], {"Cache-Control": "no-store"})
        if asset not in _BUNDLED:
            raise ControlError(404, f"the page /_mock/docs has no file {asset}")
        return _file(_swagger_ui(asset), _BUNDLED[asset], {"Cache-Control": "max-age=3600"})

    @cached_property
    def _control_contract(self) -> Body:
        return self._read_control_contract()

    @cached_property
    def _contract(self) -> Body:
        return self._read_contract()

    @cached_property
    def _typed_contract(self) -> Body:
        return self._read_typed_contract()

    @cached_property
    def _states_contract(self) -> Body:
        return self._read_states_contract()


def _swagger_ui(name: str) -> bytes:
    """Return a file of Swagger UI; the package that brings it is not imported, for it would import Flask."""
    return Path(str(distribution("flask-swagger-ui").locate_file(f"flask_swagger_ui/dist/{name}"))).read_bytes()


def _own_file(name: str, media_type: str, headers: dict[str, str]) -> File:
    return _file(files("mockserver.control").joinpath(name).read_bytes(), media_type, headers)


def _file(content: bytes, media_type: str, headers: dict[str, str]) -> File:
    return content, 200, {"Content-Type": media_type, "X-Content-Type-Options": "nosniff", **headers}
