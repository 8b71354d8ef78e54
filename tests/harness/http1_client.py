"""A client that writes single bytes and reads whole responses."""

import json
import socket
from dataclasses import dataclass, field
from typing import Any, Self

PATIENCE = 10


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    def is_refusal(self, status: int, *words: str) -> bool:
        assert self.status == status, self
        assert self.headers["content-type"] == "application/json"
        assert self.headers["connection"] == "close"
        assert self.document["success"] is False
        assert self.document["status"] == status
        assert self.document["details"]["rule"] == "http"
        return all(word in self.document["message"] for word in words)


@dataclass
class Client:
    """A connection, read response by response."""

    port: int
    connection: socket.socket = field(init=False)

    def __enter__(self) -> Self:
        self.connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.connection.makefile("rb")
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.connection.close()

    def send(self, *data: bytes) -> "Client":
        self.connection.sendall(b"".join(data))
        return self

    def get(self, path: str, method: str = "GET", *, body: bytes = b"") -> Answer:
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        self.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n".encode(), length, b"\r\n", body)
        return self.answer(method)

    def answer(self, method: str = "GET") -> Answer:
        line = self.reader.readline()
        assert line.startswith(b"HTTP/1.1 "), f"no answer but {line!r}"
        headers = {}
        while (header := self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = header.decode().partition(": ")
            headers[name] = value.strip()
        status = int(line.split()[1])
        return Answer(status, headers, b"" if method == "HEAD" or status in (100, 204) else self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return self.reader.read(int(headers["content-length"]))
        pieces = []
        while size := int(self.reader.readline(), 16):
            pieces.append(self.reader.read(size))
            assert self.reader.readline() == b"\r\n"
        assert self.reader.readline() == b"\r\n"
        return b"".join(pieces)

    def is_closed(self) -> bool:
        return self.reader.read() == b""

    def hears_nothing(self) -> bool:
        self.connection.settimeout(0.3)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) is None
        except TimeoutError:
            return True
        finally:
            self.connection.settimeout(PATIENCE)

    def is_open(self) -> bool:
        return self.get("/still-here").status == 200
