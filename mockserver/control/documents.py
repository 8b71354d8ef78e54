"""The handlers of health, of the contracts, and of the documentation page."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from swagger_ui_bundle import swagger_ui_path

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.responses import Body, Response
from mockserver.service.sandboxes import Sandboxes

Contract = Callable[[], dict[str, Any]]
File = tuple[bytes, int, dict[str, str]]

_PAGE = b"""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>audience-mock</title>
  <link rel="icon" type="image/png" href="docs/favicon-32x32.png">
  <link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="docs/swagger-ui-bundle.js" charset="utf-8"></script>
  <script src="docs/swagger-ui-standalone-preset.js" charset="utf-8"></script>
  <script src="docs/start.js" charset="utf-8"></script>
</body>
</html>
"""
_START = b"""window.ui = SwaggerUIBundle({
  urls: [
    {url: "audiences.json", name: "Audiences: the vendor's API"},
    {url: "openapi.json", name: "Control plane: /_mock"}
  ],
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null
});
"""
_SCRIPT = "text/javascript"
_BUNDLED = {
    "favicon-32x32.png": "image/png",
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": _SCRIPT,
    "swagger-ui-standalone-preset.js": _SCRIPT,
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocumentHandlers:
    """The handlers of operations on health and documentation."""

    def __init__(
        self,
        sandboxes: Sandboxes,
        version: str,
        *,
        control_contract: Contract,
        contract: Contract,
        typed_contract: Contract,
    ) -> None:
        self._sandboxes = sandboxes
        self._version = version
        self._read_control_contract = control_contract
        self._read_contract = contract
        self._read_typed_contract = typed_contract

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

    @operation("getDocs")
    async def page(self) -> File:
        """Return the page that shows both contracts; its policy prevents it from loading files of other origins."""
        return _file(_PAGE, "text/html", {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})

    @operation("getDocsAsset")
    async def asset(self, asset: str) -> File:
        """Return a file of the page; 404 unless it is one of a fixed list."""
        if asset == "start.js":
            return _file(_START, _SCRIPT, {"Cache-Control": "no-store"})
        if asset not in _BUNDLED:
            raise ControlError(404, f"the page /_mock/docs has no file {asset}")
        return _file(swagger_ui_path.joinpath(asset).read_bytes(), _BUNDLED[asset], {"Cache-Control": "max-age=3600"})

    @cached_property
    def _control_contract(self) -> Body:
        return self._read_control_contract()

    @cached_property
    def _contract(self) -> Body:
        return self._read_contract()

    @cached_property
    def _typed_contract(self) -> Body:
        return self._read_typed_contract()


def _file(content: bytes, media_type: str, headers: dict[str, str]) -> File:
    return content, 200, {"Content-Type": media_type, "X-Content-Type-Options": "nosniff", **headers}
