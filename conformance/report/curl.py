"""The curl command that repeats a recorded request."""

import re
import shlex

from conformance.report.legible import block
from conformance.report.redaction import VARIABLE
from conformance.results.exchange import Exchange

# headers that httpx and curl add by themselves
_IMPLIED = frozenset({"accept-encoding", "connection", "content-length", "user-agent"})
_GLOB = re.compile(r"[][{}]")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?=/|\?|$)")
_SPECIAL_IN_DOUBLE_QUOTES = re.compile(r'["\\`!$]')


def curl(exchange: Exchange) -> str:
    """Return a command for bash or zsh, in which redacted secrets are variables of the shell."""
    url = VARIABLE.sub("", exchange.url)
    words = ["curl", "-s", "-i"]
    words += ["-g"] if _GLOB.search(url) else []
    words += ["--path-as-is"] if _DOT_SEGMENT.search(url) else []
    words += _method(exchange)
    words += [word for header in _headers(exchange) for word in ("-H", _quoted(header))]
    prefix, data = _data(exchange)
    return " ".join([*prefix, *words, *data, _quoted(exchange.url)])


def _method(exchange: Exchange) -> list[str]:
    if exchange.method == "HEAD":
        return ["-I"]
    if exchange.method == "GET" and not exchange.request_body:
        return []
    return ["-X", _quoted(exchange.method)]


def _headers(exchange: Exchange) -> list[str]:
    names = {name.lower() for name, _ in exchange.request_headers}
    headers = [
        _header(name, value) for name, value in exchange.request_headers if not _is_implied(exchange, name, value)
    ]
    # without it curl declares any data a form
    return [*headers, "Content-Type:"] if exchange.request_body and "content-type" not in names else headers


def _is_implied(exchange: Exchange, name: str, value: str) -> bool:
    if name.lower() == "host":
        return f"//{value}/" in f"{exchange.url}/"
    return name.lower() in _IMPLIED or (name.lower(), value) == ("accept", "*/*")


def _header(name: str, value: str) -> str:
    return f"{name}: {value}" if value else f"{name};"


def _data(exchange: Exchange) -> tuple[list[str], list[str]]:
    if not exchange.request_body:
        return [], []
    try:
        text = exchange.request_body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return [], ["--data-raw", _quoted(text)]
    # an argument cannot contain a NUL
    return ["printf", _printf_format(exchange.request_body), "|"], ["--data-binary", "@-"]


def _quoted(text: str) -> str:
    variables = VARIABLE.findall(text)
    if variables and _is_printable(text) and not _SPECIAL_IN_DOUBLE_QUOTES.search(VARIABLE.sub("", text)):
        return f'"{text}"'
    literals = [_literal(part) if part else "" for part in VARIABLE.split(text)]
    return _joined(literals, variables) or "''"


def _literal(text: str) -> str:
    return shlex.quote(text) if _is_printable(text) else f"$'{_escaped(text.encode('utf-8', 'surrogatepass'), '')}'"


def _is_printable(text: str) -> bool:
    return block(text, len(text)) == text


def _printf_format(raw: bytes) -> str:
    text = raw.decode("latin-1")
    literals = [f"'{_escaped(part.encode('latin-1'), '%')}'" for part in VARIABLE.split(text)]
    return _joined(literals, VARIABLE.findall(text))


def _escaped(raw: bytes, special: str) -> str:
    return "".join(chr(byte) if _is_literal(byte) and chr(byte) not in special else f"\\{byte:03o}" for byte in raw)


def _is_literal(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and chr(byte) not in "\\'"  # noqa: PLR2004 - printable ASCII


def _joined(literals: list[str], variables: list[str]) -> str:
    quoted = [f'"{variable}"' for variable in variables]
    return "".join(literal + variable for literal, variable in zip(literals, [*quoted, ""], strict=True))
