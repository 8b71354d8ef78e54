"""The escaping of texts of a target: no control character for a terminal or a parser, and a limited length."""

import re

_CONTROLS = (
    r"\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U000e0000-\U000e0fff"
)
_IN_A_BLOCK = re.compile(rf"[\x00-\x08\x0b-\x1f{_CONTROLS}]")
_IN_A_LINE = re.compile(rf"[\x00-\x1f{_CONTROLS}]")


def block(text: str, limit: int = 4_000) -> str:
    """Return a text of several lines, with every other control character escaped."""
    return _IN_A_BLOCK.sub(_escaped, _cut(text, limit))


def line(text: str, limit: int = 600) -> str:
    """Return a text on one line, with line ends escaped as well."""
    return _IN_A_LINE.sub(_escaped, _cut(text, limit))


def body(raw: bytes | None, limit: int = 4_000) -> str:
    """Return a body as text, with bytes that are not UTF-8 escaped; empty without a body."""
    if not raw:
        return ""
    shown = raw[:limit].decode("utf-8", "backslashreplace")
    more = len(raw) - limit
    return block(shown, limit * 4) + (f" … ({more} bytes more)" if more > 0 else "")


def _cut(text: str, limit: int) -> str:
    more = len(text) - limit
    return text if more <= 0 else f"{text[:limit]} … ({more} characters more)"


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")
