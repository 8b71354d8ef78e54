"""The deletions that the target has acknowledged."""

import json

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.harness.deletions import Deletions
from conformance.results.exchange import Exchange

PATH = ("group", "audience")


def answered(status: int, identifier: str = "x") -> Exchange:
    body = json.dumps({"data": {"id": identifier}}).encode()
    return Exchange(1, "POST", "http://t/", (), None, status, None, (), body, 1.0)


def deleted_after(*recorded: tuple[OperationSpec, tuple[str, str], Exchange]) -> list[tuple[str, str]]:
    deletions = Deletions()
    for deletion in recorded:
        deletions.record(*deletion)
    assert len(deletions) == len(list(deletions))
    return [path for path, _ in deletions]


DELETED = (operations.DELETE_AUDIENCE, PATH, answered(200))


def test_an_acknowledged_deletion_is_recorded() -> None:
    assert deleted_after(DELETED) == [PATH]


@pytest.mark.parametrize("status", [404, 409, 500])
def test_a_refused_deletion_is_not_recorded(status: int) -> None:
    assert deleted_after((operations.DELETE_AUDIENCE, PATH, answered(status))) == []


@pytest.mark.parametrize(("identifier", "left"), [("audience", []), ("another", [PATH])])
def test_an_identifier_that_is_given_out_again_is_no_longer_deleted(
    identifier: str, left: list[tuple[str, str]]
) -> None:
    created = (operations.CREATE_AUDIENCE, ("group", ""), answered(201, identifier))

    assert deleted_after(DELETED, created) == left


@pytest.mark.parametrize(("group", "left"), [("group", []), ("other", [PATH])])
def test_a_job_may_give_out_any_identifier_of_its_account_group(group: str, left: list[tuple[str, str]]) -> None:
    assert deleted_after(DELETED, (operations.START_JOB, (group, ""), answered(202))) == left
