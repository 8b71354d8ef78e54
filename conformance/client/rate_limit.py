"""The patience with a rate limit: the pauses after a response 429 that was not asked for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from conformance.results.exchange import SUCCESS

_TOO_MANY = 429
_LONGEST_UNTOLD = 60.0
"""The longest pause, in seconds, where the target does not say how long it lasts."""

_MOST_PAUSES = 8
"""Without a word of the target 1, 2, 4 ... 32, 60, 60 seconds: a limit a minute is over by then."""


class RateLimit:
    """The patience of a run.

    A request that is refused too often is given up, and then each further one at once, until the target takes one.
    """

    def __init__(self, pause: Callable[[float], None], now: Callable[[], datetime]) -> None:
        """Prepare the patience.

        Args:
            pause: A function that waits for some seconds.
            now: A function that returns the time of day, with its zone.
        """
        self._pause = pause
        self._now = now
        self._is_hopeless = False

    def may_retry(self, status: int | None, headers: Mapping[str, str], pauses: int) -> bool:
        """Wait after a 429, and return whether the request is to be sent again.

        Args:
            status: The status of the response.
            headers: The headers of the response, by their names in lower case.
            pauses: The pauses for this request so far.
        """
        if status != _TOO_MANY:
            self._is_hopeless = self._is_hopeless and status not in SUCCESS
            return False
        self._is_hopeless = self._is_hopeless or pauses == _MOST_PAUSES
        if self._is_hopeless:
            return False
        usual = min(2.0**pauses, _LONGEST_UNTOLD)
        told = self._told(headers.get("retry-after", "").strip(), headers.get("date", ""))
        # "0", again and again, is no help
        self._pause(usual if told is None else max(told, usual / 2 if pauses else 0.0))
        return True

    def _told(self, retry_after: str, date: str) -> float | None:
        """Return the seconds that a response asks for, by the clock of the target where it shows one."""
        if retry_after.isascii() and retry_after.isdecimal():
            return float(retry_after[:9])
        moment = _http_date(retry_after)
        return None if moment is None else max(0.0, (moment - (_http_date(date) or self._now())).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
