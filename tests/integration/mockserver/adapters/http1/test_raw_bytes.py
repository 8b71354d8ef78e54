"""Corrupted requests: no connection hangs, no response without an envelope, no 500, no effect."""

import asyncio
import json
import os
import random
from collections import Counter
from urllib.parse import urlsplit

import pytest

from tests.harness.sandbox_client import BODY, World

REQUESTS = 10_000 if os.environ.get("PROVE") else 1_500  # noqa: TID251  (a knob of the tests, not of the server)
SIDE_BY_SIDE = 16
PATIENCE = 8
PIECES = [
    *(bytes([byte]) for byte in (0, 1, 9, 10, 11, 13, 32, 34, 37, 39, 47, 58, 59, 63, 92, 127, 128, 192, 237, 255)),
    *(
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"%",
        b"%0",
        b"%00",
        b"%2F",
        b"%2f..%2f",
        b"%C3%28",
        b"%ED%A0%80",
        b"..",
        b"//",
        b"?",
        b"#",
    ),
    *(b"{", b"}", b"[", b'"', b"\\u0000", b"\\ud800", b"NaN", b"1e999", b"-", b"null", b"\xc3\x28", b"\xef\xbb\xbf"),
    *(
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Expect: 100-continue\r\n",
    ),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Connection: upgrade\r\nUpgrade: websocket\r\n",
    ),
    *(
        b"Authorization: Bearer \r\n",
        b"Host: \r\n",
        b": \r\n",
        b" folded\r\n",
        b"X" * 9000,
        b"a" * 70_000,
        b"HTTP/2.0",
        b"HTTP/1.0",
    ),
]


def pool(reader: World, writer: World) -> list[bytes]:
    """Return good requests to corrupt: with a read-only key for one world, with a full key for another."""

    def request(world: World, method: str, path: str, body: object = None) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /v1/accounts/{world.group}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n"
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        return head.encode() + b"\r\n" + content

    audience = reader.listed()[0]
    reading = World(reader.client, reader.sandbox, reader.another_key("audiences:read", "prospects:read"), reader.group)
    chunked = request(writer, "POST", "/audiences").replace(
        b"\r\n\r\n", b'\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n5\r\n{"nam\r\n0\r\n\r\n'
    )
    return [
        request(reading, "DELETE", f"/audiences/{audience}"),
        request(reading, "GET", f"/audiences/{audience}"),
        request(reading, "GET", "/audiences?limit=2&cursor=abc"),
        request(reading, "PATCH", f"/audiences/{audience}", {"name": "New"}),
        request(writer, "POST", "/audiences", {"name": "New", "type": "on_demand"}),
        request(writer, "POST", "/prospecting", BODY),
        request(writer, "GET", f"/audiences/{audience}/prospects?limit=5"),
        chunked,
    ]


def corrupted(good: bytes, chance: random.Random) -> bytes:
    """Return a request with one to four corruptions."""
    content = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        position = chance.randrange(len(content) + 1)
        match chance.randrange(6):
            case 0:
                content[position:position] = chance.choice(PIECES)
            case 1:
                del content[position : position + chance.randint(1, 20)]
            case 2:
                content[position : position + 1] = bytes([chance.randrange(256)])
            case 3:
                content = content[:position]
            case 4:
                content[position:position] = content[: chance.randrange(len(content) + 1)]
            case _:
                line = content.find(b"\r\n", position) + 2
                content[line:line] = chance.choice(PIECES)
    return bytes(content)


async def send_and_receive(host: str, port: int, request: bytes) -> bytes:
    """Return all that arrives until the server closes the connection; TimeoutError if it does not."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request)
        writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            return await reader.read(-1)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of the responses in a stream; AssertionError for a response without the envelope."""
    codes = []
    while answer:
        head, separator, rest = answer.partition(b"\r\n\r\n")
        assert separator, answer[:200]
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        if status != 100:
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(headers["content-length"])
            body = json.loads(rest[:length])
            assert list(body) == ["success", "data", "error", "traceId"], answer[:500]
            assert body["success"] is (status < 400)
            rest = rest[length:]
            codes.append(status)
        answer = rest
    return codes


@pytest.mark.parametrize("seed", range(2))
def test_broken_requests_get_an_envelope_or_no_response_and_change_nothing(client: object, seed: int) -> None:
    reader, writer = World.make(client), World.make(client)  # type: ignore[arg-type]
    for _ in range(3):
        reader.ready()
    good, chance, before = pool(reader, writer), random.Random(seed), reader.everything()  # noqa: S311  (reproducible)
    url = urlsplit(str(reader.client.base_url))
    requests = [corrupted(chance.choice(good), chance) for _ in range(REQUESTS // 2)]

    async def run() -> list[bytes]:
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(request: bytes) -> bytes:
            async with gate:
                return await send_and_receive(str(url.hostname), int(url.port or 0), request)

        return await asyncio.gather(*map(one, requests))

    answers = asyncio.run(run())

    counts = Counter(status for answer in answers for status in statuses(answer))
    assert counts[500] == 0
    assert counts[400] > len(requests) / 20
    assert reader.everything() == before
