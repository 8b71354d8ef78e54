"""The handlers of operations on a sandbox's journal and on its findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import connexion
from anyio import to_thread

from mockserver import __version__
from mockserver.api.long_json import LONG, LongJson, Rows
from mockserver.api.long_responses import LongResponses
from mockserver.api.operations import operation
from mockserver.control import journal_views as views
from mockserver.control.errors import ControlError
from mockserver.control.har import archive
from mockserver.control.responses import GONE, Body, Response
from mockserver.domain.instant import parse
from mockserver.recording.findings.catalogue import RULE_IDS
from mockserver.recording.findings.rule import Finding
from mockserver.service.journals import ClientFindings, Journals, Query

_HAS_FINDINGS = 422
_NO_STATUS = "none"
_MAX_DIGITS = 15


class JournalHandlers:
    """The handlers of operations on a sandbox's journal."""

    def __init__(self, journals: Journals, long_responses: LongResponses) -> None:
        self._journals = journals
        self._long_responses = long_responses

    @operation("listExchanges")
    async def page(self, sandbox_id: str, limit: float, order: str, **filters: str) -> Response | LongJson:
        """List exchanges."""
        newest = order == "newest"
        reading = await self._journals.read(sandbox_id, _query(filters), int(limit), newest=newest)
        if views.page_size(reading) >= LONG:  # it takes a while to redact, and much memory if its client does not read
            return LongJson(views.page(reading, self._journals.limit, Rows), self._long_responses)
        return await to_thread.run_sync(views.page, reading, self._journals.limit), 200

    @operation("clearJournal")
    async def clear(self, sandbox_id: str) -> Response:
        """Delete all exchanges."""
        await self._journals.clear(sandbox_id)
        return GONE

    @operation("getExchange")
    async def get(self, sandbox_id: str, number: str) -> Response:
        """Get an exchange with its bodies."""
        reading = await self._journals.get(sandbox_id, int(number) if number.isascii() and number.isdecimal() else 0)
        return views.whole(reading.exchanges[0], reading), 200

    @operation("exportJournal")
    async def export(self, sandbox_id: str) -> Response | LongJson:
        """Export the journal as an HTTP Archive."""
        reading = await self._journals.read(sandbox_id, Query(), newest=False)
        origin = str(connexion.request.base_url).partition("/_mock")[0].rstrip("/")
        if reading.size >= LONG:  # as a page
            return LongJson(archive(reading, origin, __version__, Rows), self._long_responses)
        return await to_thread.run_sync(archive, reading, origin, __version__), 200

    @operation("listFindings")
    async def findings(self, sandbox_id: str, since: float = 0) -> Response | LongJson:
        """List the client's mistakes."""
        return self._listing(
            await self._journals.client_findings(sandbox_id, _finding_filter(since, RULE_IDS, ())), {}, 200
        )

    @operation("verifyClient")
    async def verify(self, sandbox_id: str, body: Body | None = None) -> Response | LongJson:
        """Return 200 if the journal has no findings, else 422 with them."""
        body = body or {}
        is_selected = _finding_filter(body.get("since", 0), body.get("rules", RULE_IDS), body.get("ignore", ()))
        judgement = await self._journals.client_findings(sandbox_id, is_selected)
        if not judgement.findings:
            return views.findings(judgement), 200
        counts = Counter(finding.rule.id for finding in judgement.findings)
        rules = ", ".join(f"{rule} ({times})" for rule, times in counts.items())
        hint = f"GET /_mock/sandboxes/{sandbox_id}/journal/<number> shows an exchange."
        refusal = {"reason": f"the client did what it should not: {rules}", "hint": hint}
        return self._listing(judgement, refusal, _HAS_FINDINGS)

    def _listing(self, judgement: ClientFindings, members: Body, status: int) -> Response | LongJson:
        """Return a response with some members and the findings."""
        if views.findings_size(judgement) < LONG:
            return {**members, **views.findings(judgement)}, status
        return LongJson({**members, **views.findings(judgement, Rows)}, self._long_responses, status)


def _finding_filter(since: float, rules: Iterable[str], ignored: Iterable[str]) -> Callable[[Finding], bool]:
    chosen = frozenset(rules) - frozenset(ignored)

    def is_selected(finding: Finding) -> bool:
        return finding.rule.id in chosen and max(finding.exchanges) >= since

    return is_selected


def _query(filters: Mapping[str, str]) -> Query:
    first, earliest = _read_position("since", filters.get("since"))
    last, latest = _read_position("until", filters.get("until"))
    status = filters.get("status")
    number = None if status is None else 0 if status == _NO_STATUS else int(status)
    operation, resource, key = (filters.get(name) for name in ("operation", "resource", "key"))
    return Query(operation, number, resource, key, first or 0, last, earliest, latest)


def _read_position(name: str, text: str | None) -> tuple[int | None, int | None]:
    """Return an exchange number and None, or None and an instant, from a query parameter; neither without one."""
    if text is None:
        return None, None
    if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS:
        return int(text), None
    try:
        return None, parse(text)
    except (ValueError, OverflowError):
        hint = "Write it like 12 or 2026-04-28T15:30:00.000Z."
        raise ControlError(400, f"the query's {name} is neither an exchange number nor an instant", hint) from None
