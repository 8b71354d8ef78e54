"""The removal of keys and tokens from text of a journal, in whatever encoding they stand there."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

_VENDOR_KEY = re.compile(r"sk_(?:test|live)_[0-9A-Za-z_-]+")
_MIN_HINTED_SIZE = 16
_MAX_ESCAPED_SIZE = 6
_MAX_DECODINGS = 8
_HIDDEN = "…"
_ESCAPE = re.compile(r"\\(?:u00([0-7][0-9A-Fa-f])|([\"\\/]))")


def hint(token: str) -> str:
    """Return a hint at a key for those who know it: its first three and last four characters, if it is long enough."""
    return f"{token[:3]}{_HIDDEN}{token[-4:]}" if len(token) >= _MIN_HINTED_SIZE else _HIDDEN


class Redaction:
    """The redaction of a text: vendor keys and `keys` are replaced by a hint, `tokens` by nothing."""

    def __init__(self, keys: Iterable[str] = (), tokens: Iterable[str] = ()) -> None:
        self._tokens = frozenset(tokens)
        secrets = {key for key in keys if not _VENDOR_KEY.fullmatch(key)} | self._tokens
        longest_first = sorted(secrets, key=lambda secret: (-len(secret), secret))
        self._secrets = re.compile("|".join([*map(re.escape, longest_first), _VENDOR_KEY.pattern]))
        self._tail = _MAX_ESCAPED_SIZE * max([200, *map(len, secrets)])

    def __call__(self, text: str) -> str:
        """Return the text without secrets; a text whose escapes hide a secret is returned decoded."""
        text = decoded = self._replace_secrets(text)
        for _ in range(_MAX_DECODINGS):
            before = decoded
            for decode in (_decode_json_escapes, _decode_url):
                decoded = decode(decoded)
                if self._secrets.search(decoded):
                    text = decoded = self._replace_secrets(decoded)
            if decoded == before:
                return text
        return _HIDDEN

    def of_cut(self, text: str) -> str:
        """Return a truncated text without secrets, and without the end, which may hold a part of a secret."""
        return self(text)[: -self._tail]

    def _replace_secrets(self, text: str) -> str:
        return self._secrets.sub(lambda match: self.hint(match[0]), text)

    def hint(self, secret: str) -> str:
        """Return the replacement for a secret."""
        return _HIDDEN if secret in self._tokens else hint(secret)


def _decode_json_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text) if "\\" in text else text


def _decode_url(text: str) -> str:
    return unquote(text) if "%" in text else text
