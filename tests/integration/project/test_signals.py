"""The tests run as well where signals are ignored, as under `nohup`."""

import subprocess
import sys

STARTED_BY_NOHUP = """
import signal, subprocess, sys
for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
import tests.conftest
child = "import signal as s; print(s.getsignal(s.SIGINT) == s.SIG_IGN, s.getsignal(s.SIGHUP) == s.SIG_IGN)"
subprocess.run([sys.executable, "-c", child], check=True)
signal.raise_signal(signal.SIGHUP)
"""


def test_child_processes_of_the_tests_do_not_ignore_signals() -> None:
    ran = subprocess.run(  # noqa: S603  (ours)
        [sys.executable, "-c", STARTED_BY_NOHUP], capture_output=True, text=True, check=True, timeout=60
    )

    assert ran.stdout == "False False\n"
