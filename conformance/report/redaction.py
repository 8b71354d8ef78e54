"""Takes the secrets of a run out of whatever a report shows, and puts the names of shell variables in their place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from conformance.results.verdicts import Exchange, Headers, RequirementResult, Violation

Redact = Callable[[str], str]

_NAME = re.compile(r"AUDIENCE_[A-Z0-9_]+")  # the prefix lets `curl` tell our variables from a $ that was really sent
_ESCAPE = re.compile(r"%([0-9a-f]{2})|\\u([0-9a-f]{4})", re.IGNORECASE)
_REMEMBERED = 1_024
VARIABLE = re.compile(rf"\$\{{{_NAME.pattern}\}}|\${_NAME.pattern}")


def redaction(secrets: Mapping[str, str]) -> Redact:
    """What replaces each secret by `$` and its name, whether it is plain, percent-encoded or escaped as in JSON.

    `secrets`: secret to name, `{"ak_1": "AUDIENCE_API_KEY"}`; a near miss of a key is a secret too. The longest goes
    first, since one may be a part of another.
    """
    names = {secret: name for secret, name in secrets.items() if secret}
    if broken := [name for name in names.values() if _NAME.fullmatch(name) is None]:
        raise ValueError(f"the name of a secret begins with AUDIENCE_, in capitals: {', '.join(broken)}")
    longest_first = sorted(names, key=len, reverse=True)

    @lru_cache(_REMEMBERED)
    def redact(text: str) -> str:
        plain = f"{text}\n{_ESCAPE.sub(_unescaped, text)}".lower()
        there = tuple(secret for secret in longest_first if secret.lower() in plain)  # few of many: a search is quick
        if not there:
            return text

        def named(match: re.Match[str]) -> str:
            name = names[there[(match.lastindex or 1) - 1]]
            follows = text[match.end() : match.end() + 1]
            return f"${{{name}}}" if re.match(r"\w", follows) else f"${name}"

        return _pattern(there).sub(named, text)

    return redact


def redacted(decided: RequirementResult, redact: Redact) -> RequirementResult:
    """The same decision without secrets: in its reason, its findings and their exchanges."""
    return replace(
        decided,
        reason=redact(decided.reason),
        violations=tuple(_finding(finding, redact) for finding in decided.violations),
    )


def veiled(decided: RequirementResult, headers: Mapping[str, str]) -> RequirementResult:
    """The same decision without the values of some request headers, too short to be looked for everywhere."""
    veil = {
        (name.lower(), value): f"${{AUDIENCE_HEADER_{re.sub('[^A-Z0-9]', '_', name.upper())}}}"
        for name, value in headers.items()
    }

    def exchange(one: Exchange) -> Exchange:
        sent = tuple((name, veil.get((name.lower(), value), value)) for name, value in one.request_headers)
        return replace(one, request_headers=sent)

    findings = (replace(one, exchanges=tuple(map(exchange, one.exchanges))) for one in decided.violations)
    return replace(decided, violations=tuple(findings)) if headers else decided


def _finding(finding: Violation, redact: Redact) -> Violation:
    return replace(
        finding,
        expected=redact(finding.expected),
        actual=redact(finding.actual),
        exchanges=tuple(_exchange(exchange, redact) for exchange in finding.exchanges),
    )


def _exchange(exchange: Exchange, redact: Redact) -> Exchange:
    return replace(
        exchange,
        url=redact(exchange.url),
        request_headers=_headers(exchange.request_headers, redact),
        request_body=_body(exchange.request_body, redact),
        no_response=None if exchange.no_response is None else redact(exchange.no_response),
        response_headers=_headers(exchange.response_headers, redact),
        response_body=_body(exchange.response_body, redact),
    )


def _headers(headers: Headers, redact: Redact) -> Headers:
    return tuple((redact(name), redact(value)) for name, value in headers)


def _body(body: bytes | None, redact: Redact) -> bytes | None:
    # keys are ASCII, as a header demands; Latin-1 takes any byte there and back
    return None if body is None else redact(body.decode("latin-1")).encode("latin-1")


@lru_cache(_REMEMBERED)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"({_any_form(secret)})" for secret in secrets), re.IGNORECASE)


def _any_form(secret: str) -> str:
    return "".join(f"(?:{re.escape(one)}|%{ord(one):02x}|\\\\u{ord(one):04x})" for one in secret)


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match.group(1) or match.group(2), 16))
