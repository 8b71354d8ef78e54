"""The signals that stop the server."""

import signal


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that stop the server in order.

    SIGHUP is one of them, since it says that the terminal has gone, unless it is ignored: `nohup` starts the server so.
    """
    usual = (signal.SIGINT, signal.SIGTERM)
    return usual if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else (*usual, signal.SIGHUP)
