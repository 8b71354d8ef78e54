"""The redaction of a report: shell variables instead of the secrets of a run."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from conformance.report.secret_forms import pattern, plain_texts
from conformance.results.exchange import Exchange, Headers
from conformance.results.observations import Observations
from conformance.results.verdicts import RequirementResult
from conformance.results.violation import Violation

_NAME = re.compile(r"AUDIENCE_[A-Z0-9_]+")  # the prefix lets `curl` tell our variables from a $ that was really sent
_CACHE_SIZE = 1_024
_ENDING = 8  # characters of a secret that are looked up at once
_LONG = 1 << 18  # characters of a text in which each secret is searched for
_MOST_READ = 1 << 17  # bytes of a body
VARIABLE = re.compile(rf"\$\{{{_NAME.pattern}\}}|\${_NAME.pattern}")


class Redactor:
    """The replacement of each secret by `$` and its name, plain or in another form.

    The longest secret is replaced first, since it may contain another.
    """

    def __init__(self, secrets: Mapping[str, str], short_headers: Mapping[str, str] | None = None) -> None:
        """Prepare a redactor.

        Args:
            secrets: Secret to name, such as `{"ak_1": "AUDIENCE_API_KEY"}`; a near miss of a key is a secret too.
            short_headers: Request headers whose values are too short to be searched for everywhere; they are replaced
                only where they are the whole value of their header.

        Raises:
            ValueError: A name does not begin with AUDIENCE_, or is not in capitals.
        """
        self._names = {secret: name for secret, name in secrets.items() if secret}
        if invalid := [name for name in self._names.values() if _NAME.fullmatch(name) is None]:
            raise ValueError(f"the name of a secret begins with AUDIENCE_, in capitals: {', '.join(invalid)}")
        longest_first = sorted(self._names, key=len, reverse=True)
        self._ranks = {secret: rank for rank, secret in enumerate(longest_first)}
        self._short = {secret for secret in self._names if len(secret) < _ENDING}
        self._by_ending: defaultdict[str, set[str]] = defaultdict(set)
        for secret in self._names:
            self._by_ending[secret.lower()[-_ENDING:]].add(secret)
        self._short_headers = {
            (name.lower(), value): f"${{AUDIENCE_HEADER_{re.sub('[^A-Z0-9]', '_', name.upper())}}}"
            for name, value in (short_headers or {}).items()
        }
        self._cached = lru_cache(_CACHE_SIZE)(self._replace_secrets)

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self._cached(text)

    def short_header(self, name: str, value: str) -> str:
        """Return the value of a header, or a variable instead of one that is too short to be searched for."""
        return self._short_headers.get((name.lower(), value), value)

    def result(self, result: RequirementResult) -> RequirementResult:
        """Return a result without secrets: in its reason, its observations and their exchanges."""
        observed = result.observations
        return replace(result, reason=self.text(result.reason), observations=self._observations(observed))

    def _replace_secrets(self, text: str) -> str:
        present = self._present_secrets(plain_texts(text).lower())
        if not present:
            return text

        def variable(match: re.Match[str]) -> str:
            name = self._names[present[(match.lastindex or 1) - 1]]
            following = text[match.end() : match.end() + 1]
            return f"${{{name}}}" if re.match(r"\w", following) else f"${name}"

        return _pattern(present).sub(variable, text)

    def _present_secrets(self, searched: str) -> tuple[str, ...]:
        """Return the secrets that a text contains, the longest first; few of many, mostly none."""
        candidates = set(self._names)
        if len(searched) < _LONG:
            endings = {searched[start : start + _ENDING] for start in range(len(searched) - _ENDING + 1)}
            known = [self._by_ending[ending] for ending in endings & self._by_ending.keys()]
            candidates = self._short.union(*known)
        return tuple(sorted((one for one in candidates if one.lower() in searched), key=self._ranks.__getitem__))

    def _observations(self, observed: Observations) -> Observations:
        return replace(
            observed,
            violations=tuple(self._violation(violation) for violation in observed.violations),
            errors=tuple(map(self.text, observed.errors)),
            blocked_by=tuple(map(self.text, observed.blocked_by)),
        )

    def _violation(self, violation: Violation) -> Violation:
        return replace(
            violation,
            expected=self.text(violation.expected),
            actual=self.text(violation.actual),
            repetition=None,  # scripts are made of the original
            exchanges=tuple(self._exchange(exchange) for exchange in violation.exchanges),
        )

    def _exchange(self, exchange: Exchange) -> Exchange:
        request_headers = tuple((name, self.short_header(name, value)) for name, value in exchange.request_headers)
        return replace(
            exchange,
            url=self.text(exchange.url),
            request_headers=self._headers(request_headers),
            request_body=self._body(exchange.request_body),
            no_response=None if exchange.no_response is None else self.text(exchange.no_response),
            response_headers=self._headers(exchange.response_headers),
            response_body=self._body(exchange.response_body),
        )

    def _headers(self, headers: Headers) -> Headers:
        return tuple((self.text(name), self.text(value)) for name, value in headers)

    def _body(self, body: bytes | None) -> bytes | None:
        # keys are ASCII, as a header demands; Latin-1 decodes and encodes any byte unchanged
        if body is None:
            return None
        unread = b" " * (len(body) - _MOST_READ)  # no report shows that much
        return self.text(body[:_MOST_READ].decode("latin-1")).encode("latin-1") + unread


@lru_cache(_CACHE_SIZE)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"({pattern(secret)})" for secret in secrets), re.IGNORECASE)
