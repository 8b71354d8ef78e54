"""Keys and tokens are taken out of whatever is read of a journal, however they were written there."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

_VENDOR_KEY = re.compile(r"sk_(?:test|live)_[0-9A-Za-z_-]+")
_LONG = 16
_WORST = 6
_DEPTH = 8
_HIDDEN = "…"
_ESCAPE = re.compile(r"\\(?:u00([0-7][0-9A-Fa-f])|([\"\\/]))")


def hint(token: str) -> str:
    """A few characters of a key, for who knows it: its first three and its last four, if there are enough others."""
    return f"{token[:3]}{_HIDDEN}{token[-4:]}" if len(token) >= _LONG else _HIDDEN


class Redaction:
    """Takes out what looks like a key of the vendor, and every one of `keys`, leaving a hint; of `tokens`, nothing."""

    def __init__(self, keys: Iterable[str] = (), tokens: Iterable[str] = ()) -> None:
        self._tokens = frozenset(tokens)
        secrets = {key for key in keys if not _VENDOR_KEY.fullmatch(key)} | self._tokens
        longest_first = sorted(secrets, key=lambda secret: (-len(secret), secret))
        self._secrets = re.compile("|".join([*map(re.escape, longest_first), _VENDOR_KEY.pattern]))
        self._tail = _WORST * max([200, *map(len, secrets)])

    def __call__(self, text: str) -> str:
        """The text without secrets. Where one is hidden by escapes, the text is shown as it reads without those."""
        text = reading = self._without(text)
        for _ in range(_DEPTH):
            before = reading
            for unescaped in (_of_json, _of_urls):
                reading = unescaped(reading)
                if self._secrets.search(reading):
                    text = reading = self._without(reading)
            if reading == before:
                return text
        return _HIDDEN

    def of_cut(self, text: str) -> str:
        """The same of a text whose end is missing: as much less is shown of it as half a secret may take up."""
        return self(text)[: -self._tail]

    def _without(self, text: str) -> str:
        return self._secrets.sub(lambda found: self.hint(found[0]), text)

    def hint(self, secret: str) -> str:
        """What is shown in place of a secret."""
        return _HIDDEN if secret in self._tokens else hint(secret)


def _of_json(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text) if "\\" in text else text


def _of_urls(text: str) -> str:
    return unquote(text) if "%" in text else text
