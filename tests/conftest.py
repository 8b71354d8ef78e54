"""Hypothesis without deadlines, since how long an example takes says nothing about the code on a busy machine.

Signals that are ignored, as after `nohup`, get a handler: child processes would inherit that they ignore them, while
of a handler they get the default.
"""

import signal
from types import FrameType

from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def _stay(_number: int, _frame: FrameType | None) -> None:
    """Do nothing."""


if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, _stay)
