"""The misbehaviours of a hostile target."""

import gzip
import os
import socket
import struct
import threading
import zlib
from collections.abc import Mapping

from tests.harness.hostile_target import Mode, response_of

ENVELOPE = b'{"success":true,"data":null,"error":null,"traceId":"t"}'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_SPACES = b" " * 65_536
_BOMB_MIB = 300
_never = threading.Event()


def _endlessly(start: bytes, repeated: bytes, pause: float = 0) -> Mode:
    """Return a mode that sends bytes until the client hangs up, with a pause before each."""

    def respond(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(repeated)
            _never.wait(pause)

    return respond


def _once(raw: bytes) -> Mode:
    return lambda connection, _head: connection.sendall(raw)


def _compressed_zeros() -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [compressor.compress(b"\0" * (1 << 20)) for _ in range(_BOMB_MIB)]
    return b"".join([*parts, compressor.flush()])


def _bomb(layers: int) -> Mode:
    """Return a mode that sends a body of 300 MiB, compressed once or more."""
    body = _compressed_zeros()
    for _ in range(layers - 1):
        body = gzip.compress(body)
    return _once(response_of(body, headers=f"Content-Encoding: {', '.join(['gzip'] * layers)}\r\n"))


def silence(_connection: socket.socket, _head: bytes) -> None:
    """Send nothing."""
    _never.wait(30)


def reset(connection: socket.socket, _head: bytes) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def set_cookies(connection: socket.socket, head: bytes) -> None:
    """Send cookies with a refusal."""
    cookie = f"Set-Cookie: c{len(head)}={'x' * 3_500}; Path=/\r\n"
    connection.sendall(response_of(ENVELOPE, "401 X", cookie))


TOO_MUCH: Mapping[str, Mode] = {
    "an endless body": _endlessly(_HEAD + b"\r\n", _SPACES),
    "endless chunks": _endlessly(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + _SPACES + b"\r\n"),
    "a length of 999 TB": _endlessly(_HEAD + b"Content-Length: 999999999999999\r\n\r\n", _SPACES),
    "a bomb": _bomb(1),
    "a bomb in a bomb": _bomb(3),
    "100 MB of nested JSON": _endlessly(_HEAD + b"Content-Length: 100000000\r\n\r\n", b"[" * 65_536),
}
"""The modes that send more than any client takes."""

BROKEN: Mapping[str, Mode] = {
    "a broken gzip body": _once(response_of(b"not gzip at all", headers="Content-Encoding: gzip\r\n")),
    "a body cut short": _once(_HEAD + b"Content-Length: 5000\r\n\r\n" + ENVELOPE),
    "chunks without a length": _once(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "a header of 5 MB": _once(response_of(ENVELOPE, headers=f"X-Huge: {'a' * 5_000_000}\r\n")),
    "20,000 headers": _once(response_of(ENVELOPE, headers="".join(f"X-{number}: a\r\n" for number in range(20_000)))),
    "endless Early Hints": _endlessly(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 500),
    "a status of 000": _once(b"HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"),
    "random bytes": _once(bytes([0]) + os.urandom(5_000)),
}
"""The modes whose response no client can read."""

SLOW: Mapping[str, Mode] = {
    "a dripping body": _endlessly(_HEAD + b"Content-Length: 1000000\r\n\r\n", b" ", 0.1),
    "a dripping header": _endlessly(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1),
}
"""The modes that send a byte now and then."""

UNREADABLE: Mapping[str, Mode] = {
    "invalid UTF-8": _once(response_of(b'{"success":true,"data":{"id":"\xff\xfe\xc0\x80"}}')),
    "JSON nested 100,000 deep": _once(response_of(b"[" * 100_000 + b"]" * 100_000)),
    "objects nested 100,000 deep": _once(response_of(b'{"data":' * 100_000 + b"1" + b"}" * 100_000)),
    "an integer of 6,000 digits": _once(response_of(b'{"success":true,"data":' + b"9" * 6_000 + b"}")),
    "4 MB of items": _once(response_of(b'{"success":true,"data":{"items":[' + b'{"id":1},' * 450_000 + b"1]}}")),
    "half a surrogate pair": _once(response_of(b'{"success":true,"data":{"id":"\\ud800"},"traceId":"\\udfff"}')),
}
"""The modes whose body is no JSON that the documentation allows."""

REDIRECT: Mode = _once(response_of(b"", "308 X", "Location: /v1/again\r\n"))
_LIMIT = b'{"success":false,"data":null,"error":{"code":"RATE_LIMITED","message":"No."},"traceId":"t"}'
LIMITED: Mode = _once(response_of(_LIMIT, "429 X", "Retry-After: 60\r\n"))
