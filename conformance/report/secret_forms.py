"""The forms in which a target may show a secret again: percent-encoded, as in JSON, in base64, in hex, reversed."""

import base64
import binascii
import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"%([0-9a-f]{2})|\\u([0-9a-f]{4})", re.IGNORECASE)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_URL_SAFE = str.maketrans("-_", "+/")
_GROUP = 4
"""The characters of base64 that stand for three bytes."""

_SHORTEST = 8
"""The shortest secret that is searched for in base64 and hex: a shorter one may occur by chance."""


def pattern(secret: str) -> str:
    """Return a regular expression of every form of a secret."""
    forms = ["".join(f"(?:{re.escape(char)}|%{ord(char):02x}|\\\\u{ord(char):04x})" for char in secret)]
    if len(secret) >= _SHORTEST:
        forms += map(re.escape, (secret[::-1], secret.encode("utf-8", "surrogatepass").hex(), *_in_base64(secret)))
    return "|".join(forms)


def plain_texts(text: str) -> str:
    """Return a text, followed by what its encoded parts may stand for."""
    return "\n".join([text, _ESCAPE.sub(_unescaped, text), text[::-1], *_decoded(text)])


def _in_base64(secret: str) -> Iterator[str]:
    """Yield the secret in base64 for each position in a longer text, without the characters that depend on the rest."""
    raw = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
        whole = encoded[before + 1 if before else 0 : (before + len(raw)) * 8 // 6]
        yield whole
        yield whole.translate(str.maketrans("+/", "-_"))


def _decoded(text: str) -> Iterator[str]:
    """Yield the plain texts of the parts of a text that may be base64 or hex."""
    for match in _ENCODED.finditer(text):
        part = match.group()
        for start in range(_GROUP):
            group = part[start:].translate(_URL_SAFE)
            yield base64.b64decode(group + "A" * (-len(group) % _GROUP)).decode("latin-1")
        for start in range(2):
            even = part[start : start + (len(part) - start) // 2 * 2]
            try:
                yield binascii.unhexlify(even).decode("latin-1")
            except binascii.Error:
                break


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match.group(1) or match.group(2), 16))
