"""The rules take time in proportion to the journal, whatever it holds: calls are counted, since timings differ."""

import cProfile
import pstats
from collections.abc import Callable

import pytest

from mockserver.recording.findings.catalogue import findings
from tests.harness.journal_builder import LOST, JournalBuilder
from tests.harness.journal_findings import DELETE, GUARDED, ONE

Add = Callable[[JournalBuilder, int], object]

JOURNALS: dict[str, Add] = {
    "creations of different audiences": lambda journal, index: journal.add(
        "createAudience", 201, body={"name": str(index)}
    ),
    "lost creations of one audience": lambda journal, _: journal.add("createAudience", body=ONE, **LOST),
    "deletions that fail": lambda journal, _: journal.add(DELETE, 500),
    "deletions that are refused after a lost one": lambda journal, index: journal.add(
        DELETE, **(GUARDED | {"rule": "rate-limit", "status": 429} if index else LOST)
    ),
    "deletions that are given up": lambda journal, _: journal.add(DELETE, gone_at=journal.now + 1.001),
    "reads of other audiences after a lost deletion": lambda journal, index: journal.add(
        *(("getAudience",) if index % 2 else (DELETE, None)), item=f"{index:024x}" if index % 2 else "9" * 24
    ),
    "refusals of the guard": lambda journal, _: journal.add(DELETE, gap=0.2, **GUARDED),
    "refusals for a permission that are lost": lambda journal, _: journal.add(
        DELETE, 403, rule="permission", whole=False
    ),
    "failures that ask to wait": lambda journal, index: journal.add(
        "getAudience", 503, retry_after=1, item=f"{index:024x}"
    ),
    "starts with one key": lambda journal, _: journal.add("startProspectingJob", 202, body=ONE, idempotency_key="k"),
    "starts of different jobs with one key": lambda journal, index: journal.add(
        "startProspectingJob", 202, body={"name": str(index)}, idempotency_key="k"
    ),
}
SIZE = 150


def stats_for(add: Add, size: int) -> pstats.Stats:
    journal = JournalBuilder()
    for index in range(size):
        add(journal, index)
    with cProfile.Profile() as profile:
        findings(journal.exchanges)
    return pstats.Stats(profile)


def calls_for(add: Add, size: int) -> int:
    return stats_for(add, size).total_calls  # type: ignore[attr-defined, no-any-return]  (typeshed lacks it)


@pytest.mark.parametrize("add", JOURNALS.values(), ids=JOURNALS)
def test_twice_the_journal_takes_twice_the_calls(add: Add) -> None:
    assert calls_for(add, 2 * SIZE) < 2.4 * calls_for(add, SIZE)


@pytest.mark.parametrize("name", ["lost creations of one audience", "starts of different jobs with one key"])
def test_each_body_is_decoded_once(name: str) -> None:
    calls = stats_for(JOURNALS[name], SIZE).stats  # type: ignore[attr-defined]  (typeshed lacks it)

    assert [count for (_, _, function), (count, *_) in calls.items() if function == "loads"] == [SIZE]
