"""The counts of responses, and the catalogue of situations."""

from typing import Any

import pytest

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.coverage.counts import count_response
from mockserver.recording.coverage.situations import SITUATIONS
from mockserver.recording.findings.catalogue import RULE_IDS
from tests.harness.journal_builder import LOST, JournalBuilder


def counted(**more: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    count_response(counts, JournalBuilder().add("deleteAudience", **more))
    return counts


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        ({"status": 409}, "deleteAudience/409"),
        (LOST, "deleteAudience/lost"),
        ({"whole": False}, "deleteAudience/lost"),
        ({"gone_at": 0.0}, "deleteAudience/lost"),
        ({"gone_at": 1e9}, "deleteAudience/200"),
        ({"operation": None, "status": 404}, "/404"),
    ],
)
def test_a_response_counts_for_its_operation_if_it_arrived(exchange: dict[str, Any], key: str) -> None:
    counts: dict[str, int] = {}
    added = JournalBuilder().add("deleteAudience")
    for name, value in {**exchange, **({"whole": False} if exchange == LOST else {})}.items():
        setattr(added, name, value)

    count_response(counts, added)

    assert counts == {key: 1}


def test_a_request_that_the_user_agent_has_repeated_does_not_count() -> None:
    assert counted(resent=True) == {}


def test_situations_name_operations_and_rules_that_exist() -> None:
    assert {name for one in SITUATIONS.values() for name in one.operations} <= set(OPERATIONS)
    assert {rule for one in SITUATIONS.values() for rule in one.rules} <= set(RULE_IDS)
    assert all(one.operations for one in SITUATIONS.values())


def test_a_sentence_has_the_page_that_prints_it() -> None:
    assert [one.id for one in SITUATIONS.values() if (one.sentence is None) != (one.page is None)] == []
