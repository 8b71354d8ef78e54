"""HAProxy before several servers: each request goes to the next of them."""

import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

_CONFIGURATION = """
global
    maxconn 2000
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend all
    bind fd@{fd}
    default_backend servers
backend servers
    balance roundrobin
{servers}
"""


@contextmanager
def balanced(urls: Sequence[str]) -> Iterator[str]:
    """The URL under which all of them answer in turn."""
    servers = [f"    server s{place} {urlsplit(url).netloc}" for place, url in enumerate(urls)]
    with socket.create_server(("127.0.0.1", 0)) as listening, TemporaryDirectory() as folder:
        file = Path(folder) / "haproxy.cfg"
        file.write_text(_CONFIGURATION.format(fd=listening.fileno(), servers="\n".join(servers)))
        command = ["haproxy", "-db", "-q", "-f", str(file)]
        with subprocess.Popen(command, pass_fds=[listening.fileno()]) as proxy:  # noqa: S603  (Debian's)
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                proxy.terminate()
