"""The server for all workers of pytest-xdist."""

import select
import socket
import threading

from audience_mock_pytest.loading import started


class Standby:
    """A listening socket for all workers of pytest-xdist, whose server is loaded when the first of them connects.

    Attributes:
        url: The URL of the server.
        is_used: Whether the server was started.
    """

    def __init__(self) -> None:
        self.is_used = False
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._end, self._ended = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="audience-mock-standby", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the server, if there is one, and wait for its end."""
        self._end.close()
        self._thread.join()

    def _run(self) -> None:
        with self._listening, self._ended:
            readable, _, _ = select.select([self._listening, self._ended], [], [])
            if self._ended in readable:
                return
            running = started(self._listening)
            self.is_used = True
            self._ended.recv(1)
            running.stop()
