import json

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.harness.deletions import Deletions
from conformance.results.exchange import Exchange

PLACE = ("group", "audience")


def answered(status: int, identifier: str = "x") -> Exchange:
    body = json.dumps({"data": {"id": identifier}}).encode()
    return Exchange(1, "POST", "http://t/", (), None, status, None, (), body, 1.0)


def gone(*noted: tuple[OperationSpec, tuple[str, str], Exchange]) -> list[tuple[str, str]]:
    deletions = Deletions()
    for one in noted:
        deletions.record(*one)
    assert len(deletions) == len(list(deletions))
    return [place for place, _ in deletions]


DELETED = (operations.DELETE_AUDIENCE, PLACE, answered(200))


def test_a_deletion_that_was_acknowledged_is_remembered() -> None:
    assert gone(DELETED) == [PLACE]


@pytest.mark.parametrize("status", [404, 409, 500])
def test_a_deletion_that_was_not_is_none(status: int) -> None:
    assert gone((operations.DELETE_AUDIENCE, PLACE, answered(status))) == []


@pytest.mark.parametrize(("identifier", "left"), [("audience", []), ("another", [PLACE])])
def test_an_identifier_that_is_given_out_again_may_be_there(identifier: str, left: list[tuple[str, str]]) -> None:
    created = (operations.CREATE_AUDIENCE, ("group", ""), answered(201, identifier))

    assert gone(DELETED, created) == left


@pytest.mark.parametrize(("group", "left"), [("group", []), ("other", [PLACE])])
def test_a_job_may_give_out_any_identifier_of_its_account_group(group: str, left: list[tuple[str, str]]) -> None:
    assert gone(DELETED, (operations.START_JOB, (group, ""), answered(202))) == left
