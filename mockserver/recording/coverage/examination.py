"""The examination of a journal: which situations its clients met, and how they reacted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from mockserver.recording.coverage.counts import UNEXAMINED, Counts, situation_key
from mockserver.recording.coverage.detectors import detectors
from mockserver.recording.coverage.occurrence import Occurrence
from mockserver.recording.coverage.situations import SITUATIONS
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.catalogue import findings
from mockserver.recording.findings.rule import Finding


def examine(exchanges: Sequence[Exchange], *, dropped: int, examined: int) -> Counts:
    """Return the counts of situations that an earlier examination of the same journal has not counted.

    Args:
        exchanges: The exchanges, in the order of their ends.
        dropped: The number of exchanges that the journal has dropped.
        examined: The number of the last exchange that was examined before.
    """
    found = findings(exchanges, dropped=dropped > 0)
    accused = defaultdict[str, set[int]](set)
    for finding in found:
        accused[finding.rule.id].update(finding.exchanges)
    counts = Counter[str]()
    for occurrence in _occurrences(exchanges):
        if occurrence.began > examined:
            counts[situation_key(occurrence.situation, "met")] += 1
        if occurrence.reaction is not None and occurrence.reaction.number > examined:
            counts[situation_key(occurrence.situation, "well")] += not _is_accused(occurrence, accused)
    for finding in found:
        if finding.exchanges[-1] > examined:
            counts.update(_accused_situations(finding))
    counts[UNEXAMINED] += max(0, dropped - examined)
    return +counts


def _occurrences(exchanges: Sequence[Exchange]) -> list[Occurrence]:
    all_detectors = detectors()
    return [
        occurrence
        for exchange in exchanges
        if exchange.operation is not None and not exchange.resent
        for detector in all_detectors
        for occurrence in detector.observe(exchange)
    ]


def _is_accused(occurrence: Occurrence, accused: Mapping[str, set[int]]) -> bool:
    """Return whether a finding says that the client reacted wrongly in an occurrence."""
    rules, numbers = SITUATIONS[occurrence.situation].rules, occurrence.numbers
    return any(not numbers.isdisjoint(accused.get(rule, ())) for rule in rules)


def _accused_situations(finding: Finding) -> list[str]:
    """Return the keys that a finding counts for: those of the situations in which it is a wrong reaction."""
    return [
        situation_key(situation.id, "findings")
        for situation in SITUATIONS.values()
        if finding.rule.id in situation.rules
    ]
