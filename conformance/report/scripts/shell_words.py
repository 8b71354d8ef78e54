"""The words of a shell for expressions."""

import re
import shlex
from typing import TypeGuard

from conformance.report.scripts.expressions import Changed, Expression, Part, Setting, Slice, Variable

_SPECIAL = re.compile(r'["\\`!$]|[^\x20-\x7e]')


def word(expression: Expression) -> str:
    """Return the word of a shell for an expression: in double quotes where nothing in it is special there."""
    texts = "".join(part for part in expression if isinstance(part, str))
    names = [part.name for part in expression if _is_plain(part)]
    if names and len(expression) > 1 and not _SPECIAL.search(texts) and all(map(_is_plain_or_text, expression)):
        following = [*expression[1:], ""]
        return f'"{"".join(map(_in_double_quotes, expression, following))}"'
    return "".join(map(_part, expression)) or "''"


def _is_plain(part: Part) -> TypeGuard[Setting | Variable]:
    return isinstance(part, Setting) or (isinstance(part, Variable) and part.form == "plain")


def _is_plain_or_text(part: Part) -> bool:
    return isinstance(part, str) or _is_plain(part)


def _in_double_quotes(part: Part, following: Part) -> str:
    if not _is_plain(part):
        return str(part)
    is_followed = isinstance(following, str) and re.match(r"\w", following, re.ASCII)
    return f"${{{part.name}}}" if is_followed else f"${part.name}"


def _part(part: Part) -> str:
    if isinstance(part, str):
        return shlex.quote(part)
    if _is_plain(part):
        return f'"${part.name}"'
    if isinstance(part, Variable):
        return f'"$({part.form} "${part.name}")"'
    if isinstance(part, Slice):
        return f'"$(slice "${part.name}" {part.start + 1}-{"" if part.end is None else part.end})"'
    assert isinstance(part, Changed)  # noqa: S101  (the last kind)
    characters = f"{shlex.quote(part.replacement)} {shlex.quote(part.otherwise)}"
    return f'"$(changed "${part.name}" {part.index + 1} {characters})"'
