"""Legal variants of the whole server: other forms of a request, and what proxies do with odd paths."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import LISTS
from tests.mutants.server.variants.variant import Variant

HTML = ((b"content-type", b"text/html"),)


def page(status: int) -> Answered:
    """Return a page of HTML, as a proxy sends it."""
    return Answered(status, HTML, f"<h1>{status}</h1>".encode())


class ProxyRefusesOddPaths(Variant):
    """Control bytes, encoded slashes, broken encodings and long identifiers are refused in HTML, as by a proxy."""

    async def respond(self, asked: Asked) -> Answered:
        if any(len(part) > 100 for part in asked.path.split("/")):
            return page(414)
        if re.search("%(0[0-9A-F]|1[0-9A-F]|7F)|%(?![0-9A-Fa-f]{2})|%C3%28|%FF|%ED", asked.path):
            return page(400)
        return page(404) if re.search("%(2F|5C)|//|/[.]{1,2}(/|$)", asked.path) else await self.serve(asked)


class FastifyRefusesLongIdentifiers(Variant):
    """An identifier of more than 100 characters is 414, in the framework's own form."""

    async def respond(self, asked: Asked) -> Answered:
        if all(len(part) <= 100 for part in asked.path.split("/")):
            return await self.serve(asked)
        body = b'{"statusCode":414,"code":"FST_ERR_MAX_PARAM_LENGTH","error":"URI Too Long","message":"max is 100"}'
        return Answered(414, ((b"content-type", b"application/json; charset=utf-8"),), body)


class OverridesAreHonoured(Variant):
    """A method override is honoured in both directions, and the key needs the permission for what comes of it."""

    async def respond(self, asked: Asked) -> Answered:
        headers = ("x-http-method-override", "x-method-override", "x-http-method")
        method = next(filter(None, map(asked.header, headers)), None) or asked.params.get("_method")
        if asked.content.startswith(b"_method="):
            method, asked = asked.content.decode().partition("=")[2], replace(asked, content=b"")
        return await self.serve(replace(asked.without_params("_method"), method=method) if method else asked)


class PathsAreNormalized(Variant):
    """Slashes too many, a slash behind, segments of dots and `.json` behind a path make no difference."""

    async def respond(self, asked: Asked) -> Answered:
        path = re.sub("/+", "/", re.sub("/[^/]+/[.][.]/|/[.]/", "/", asked.path)).rstrip("/").removesuffix(".json")
        return await self.serve(replace(asked, path=path))


class SlashesAreRedirected(Variant):
    """A path with slashes too many is redirected to the one without."""

    async def respond(self, asked: Asked) -> Answered:
        path = re.sub("/+", "/", asked.path).rstrip("/")
        location = ((b"location", path.encode()),)
        return await self.serve(asked) if path == asked.path else Answered(308, location, b"")


class OptionsAndHeadAreAnswered(Variant):
    """OPTIONS is 204 for anybody, HEAD is a GET without its body, and TRACE is 501."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.method == "OPTIONS":
            return Answered(204, ((b"access-control-allow-origin", b"*"), (b"allow", b"GET, DELETE")), b"")
        if asked.method == "TRACE":
            return page(501)
        if asked.method == "HEAD":
            return replace(await self.serve(replace(asked, method="GET")), content=b"")
        return await self.serve(asked)


class ReadsHaveEntityTags(Variant):
    """A read with `If-None-Match: *` is 304 where it would be 200, and a write with it is 412."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.header("if-none-match") != "*":
            return await self.serve(asked)
        answered = await self.serve(asked if asked.method == "GET" else asked.instead("GET", asked.path))
        if not answered.ok:
            return answered if asked.method == "GET" else await self.serve(asked)
        return Answered(304, (), b"") if asked.method == "GET" else self.refuse(412, "PRECONDITION_FAILED")


class LongTextsAreRefused(Variant):
    """A text of more than 255 characters, or with a character that shows nothing, is 400."""

    async def respond(self, asked: Asked) -> Answered:
        texts = [value for value in asked.body.values() if isinstance(value, str)] if self.has_texts(asked) else []
        is_odd = any(len(text) > 255 or any(unicodedata.category(one) == "Cf" for one in text) for text in texts)
        return (
            self.refuse(400, "VALIDATION_ERROR")
            if is_odd and asked.token in self.world.keys
            else await self.serve(asked)
        )

    def has_texts(self, asked: Asked) -> bool:
        """Return whether a request writes texts."""
        return asked.operation in {"AUD-CREATE", "AUD-UPDATE", "FOLDER-CREATE"} and isinstance(asked.body, dict)


class TextsAreNormalized(Variant):
    """Texts are stored in the composed form, without blanks around them."""

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation not in {"AUD-CREATE", "AUD-UPDATE", "FOLDER-CREATE"} or not isinstance(asked.body, dict):
            return await self.serve(asked)
        return await self.serve(asked.with_body(dict(self.normalized(asked.body))))

    def normalized(self, body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the members of a body as they are stored."""
        for name, value in body.items():
            yield (
                name,
                unicodedata.normalize("NFC", value).strip() if isinstance(value, str) and value.strip() else value,
            )


class CursorsAreOfOneSize(Variant):
    """A cursor is good for pages of the size that it comes from; with another size it is 400."""

    def __init__(self) -> None:
        self.sizes: dict[str, str] = {}

    async def respond(self, asked: Asked) -> Answered:
        size = asked.params.get("limit", "")
        if asked.operation in LISTS and self.sizes.get(asked.params.get("cursor", ""), size) != size:
            return self.refuse(400, "VALIDATION_ERROR")
        answered = await self.serve(asked)
        if asked.operation in LISTS and answered.ok and answered.data["nextCursor"]:
            self.sizes[answered.data["nextCursor"]] = size
        return answered


class CursorsDieWithADeletion(Variant):
    """After a deletion the cursors that were given before it are 400."""

    def __init__(self) -> None:
        self.dead: set[str] = set()
        self.given: set[str] = set()

    async def respond(self, asked: Asked) -> Answered:
        if asked.operation == "AUD-LIST" and asked.params.get("cursor") in self.dead:
            return self.refuse(400, "VALIDATION_ERROR")
        answered = await self.serve(asked)
        if asked.operation == "AUD-DELETE" and answered.ok:
            self.dead |= self.given
        if asked.operation == "AUD-LIST" and answered.ok:
            self.given |= {answered.data["nextCursor"]} - {None}
        return answered
