"""The removal of keys and tokens from text of a journal, in whatever encoding they stand there."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from ahocorasick_rs import AhoCorasick, MatchKind

_VENDOR_KEY = re.compile(r"sk_(?:test|live)_[0-9A-Za-z_-]+")
_LONGEST_KEY = 200
"""The characters of the longest key that a server has; of a longer token only so many are looked for."""

_REST_OF_TOKEN = re.compile(r"[0-9A-Za-z._~+/%=-]*")
_MIN_HINTED_SIZE = 16
_MAX_ESCAPED_SIZE = 6
_MAX_DECODINGS = 8
_HIDDEN = "…"
_ESCAPE = re.compile(r"\\(?:u00([0-7][0-9A-Fa-f])|([\"\\/]))")


def hint(token: str) -> str:
    """Return a hint at a key for those who know it: its first three and last four characters, if it is long enough."""
    return f"{token[:3]}{_HIDDEN}{token[-4:]}" if len(token) >= _MIN_HINTED_SIZE else _HIDDEN


class Redaction:
    """The redaction of a text: vendor keys and `keys` are replaced by a hint, `tokens` by nothing.

    The time that it takes depends on the length of the text, and not on the number of secrets.
    """

    def __init__(self, keys: Iterable[str] = (), tokens: Iterable[str] = ()) -> None:
        self._tokens = frozenset(tokens)
        secrets = {key for key in keys if not _VENDOR_KEY.fullmatch(key)} | self._tokens
        beginnings = sorted({secret[:_LONGEST_KEY] for secret in secrets if secret})
        self._automaton = AhoCorasick(beginnings, matchkind=MatchKind.LeftmostLongest)
        self._tail = _MAX_ESCAPED_SIZE * max([_LONGEST_KEY, *map(len, self._tokens)])

    def __call__(self, text: str) -> str:
        """Return the text without secrets; a text whose escapes hide a secret is returned decoded."""
        text = decoded = self._replace_secrets(text)
        for _ in range(_MAX_DECODINGS):
            before = decoded
            for decode in (_decode_json_escapes, _decode_url):
                encoded, decoded = decoded, decode(decoded)
                if decoded != encoded and (redacted := self._replace_secrets(decoded)) != decoded:
                    text = decoded = redacted
            if decoded == before:
                return text
        return _HIDDEN

    def of_cut(self, text: str) -> str:
        """Return a truncated text without secrets, and without the end, which may hold a part of a secret."""
        return self(text)[: -self._tail]

    def _replace_secrets(self, text: str) -> str:
        text = _without_surrogates(text)
        parts: list[str] = []
        shown = 0
        for _, start, end in self._automaton.find_matches_as_indexes(text):
            if start >= shown:
                stop = _end_of_token(text, end) if end - start == _LONGEST_KEY else end
                parts += [text[shown:start], self.hint(text[start:stop])]
                shown = stop
        return _VENDOR_KEY.sub(lambda match: hint(match[0]), "".join([*parts, text[shown:]]))

    def hint(self, secret: str) -> str:
        """Return the replacement for a secret."""
        return _HIDDEN if secret in self._tokens else hint(secret)


def _end_of_token(text: str, start: int) -> int:
    match = _REST_OF_TOKEN.match(text, start)
    return start if match is None else match.end()


def _without_surrogates(text: str) -> str:
    """Return a text that can be encoded, with a question mark for each half of a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _decode_json_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text) if "\\" in text else text


def _decode_url(text: str) -> str:
    return unquote(text) if "%" in text else text
