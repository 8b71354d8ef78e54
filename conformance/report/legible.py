"""Makes what a target sent legible and harmless: nothing that a terminal or a parser would obey, and not too much."""

import re

_OBEYED = (
    r"\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U000e0000-\U000e0fff"
)
_IN_A_BLOCK = re.compile(rf"[\x00-\x08\x0b-\x1f{_OBEYED}]")
_IN_A_LINE = re.compile(rf"[\x00-\x1f{_OBEYED}]")


def block(text: str, limit: int = 4_000) -> str:
    """The text over several lines; every other control character spelled out."""
    return _IN_A_BLOCK.sub(_spelled, _cut(text, limit))


def line(text: str, limit: int = 600) -> str:
    """The text on one line; line ends spelled out as well."""
    return _IN_A_LINE.sub(_spelled, _cut(text, limit))


def body(raw: bytes | None, limit: int = 4_000) -> str:
    """A body as text, bytes that are not UTF-8 spelled out; nothing for none."""
    if not raw:
        return ""
    shown = raw[:limit].decode("utf-8", "backslashreplace")
    more = len(raw) - limit
    return block(shown, limit * 4) + (f" … ({more} bytes more)" if more > 0 else "")


def _cut(text: str, limit: int) -> str:
    more = len(text) - limit
    return text if more <= 0 else f"{text[:limit]} … ({more} characters more)"


def _spelled(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")
