"""The guide: pages of docs as Markdown, and `/llms.txt`, which lists them: for agents and readers without a clone.

`tests/harness/guide.py` writes both. The package brings them, so that every link of `/llms.txt` leads to this server.
"""

import re
from importlib.resources import files

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError

_READING = frozenset({"GET", "HEAD"})
_NAME = re.compile(r"[a-z-]+\.md")
"""The names that a page may have: none of them leads out of its folder."""
_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


class LlmsText:
    """A layer that responds with the list of documents, and passes requests of other methods on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with the list, or pass the request on."""
        if scope["method"] in _READING:
            await Response(_read("llms.txt"), headers=_HEADERS, media_type="text/plain")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class GuideHandlers:
    """The handlers of operations on the pages of the guide."""

    @operation("getGuidePage")
    async def page(self, page: str) -> Response:
        """Return a page; 404 unless there is one of this name."""
        return _page("", page)

    @operation("getGuideRecipe")
    async def recipe(self, page: str) -> Response:
        """Return a page of recipes; 404 unless there is one of this name."""
        return _page("recipes/", page)


def _page(folder: str, name: str) -> Response:
    try:
        content = _read(f"{folder}{name}") if _NAME.fullmatch(name) else None
    except FileNotFoundError:
        content = None
    if content is None:
        raise ControlError(404, f"the guide has no page {folder}{name}", "/llms.txt lists its pages.")
    return Response(content, headers=_HEADERS, media_type="text/markdown")


def _read(path: str) -> bytes:
    return files("mockserver.control").joinpath("guide", *path.split("/")).read_bytes()
