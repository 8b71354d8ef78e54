"""Provider states from a states file."""

from pathlib import Path
from typing import Any

import pytest

from conformance.states import FileStates, NotEstablishedError, StatesFileError, read_states_file
from tests.harness.account_guard import account_guard
from tests.harness.fake_target import FakeTarget

LIST = """
[[state."an API key"]]
apiKey = "k1"
accountGroupId = "g1"
[[state."an API key"]]
apiKey = "k2"
accountGroupId = "g2"
[[state."an API key"]]
apiKey = "reads"
accountGroupId = "g1"
permissions = ["audiences:read"]
[[state."an API key"]]
apiKey = "gone"
accountGroupId = "g1"
status = "revoked"
[[state."an audience that is ready"]]
apiKey = "k1"
accountGroupId = "g1"
audienceId = "a1"
prospects = 3
[[state."an audience that is ready"]]
apiKey = "k1"
accountGroupId = "g1"
audienceId = "a2"
[[state."an audience being populated"]]
apiKey = "k1"
accountGroupId = "g1"
audienceId = "p1"
jobId = "j1"
jobStatus = "running"
[[state."a prospecting request"]]
source = "url_upload"
body = { source = "url_upload", urls = ["https://www.linkedin.com/in/x"] }
"""


@pytest.fixture
def target() -> FakeTarget:
    return FakeTarget(may_create=False)


@pytest.fixture
def states(tmp_path: Path, target: FakeTarget) -> FileStates:
    return FileStates(listed(tmp_path, LIST), target.api(), account_guard())


def listed(folder: Path, text: str) -> Any:
    file = folder / "states.toml"
    file.write_text(text)
    return read_states_file(file)


def test_two_keys_of_one_check_belong_to_different_account_groups(states: FileStates) -> None:
    groups = [states.setup("an API key")["accountGroupId"] for _ in range(2)]

    assert groups == ["g1", "g2"]
    with pytest.raises(NotEstablishedError, match="'an API key'"):
        states.setup("an API key")


def test_the_next_check_may_have_the_same_keys(states: FileStates) -> None:
    first = states.setup("an API key")
    states.begin_check()

    assert states.setup("an API key") == first


def test_a_key_is_handed_out_again_for_the_same_parameters(states: FileStates) -> None:
    params: dict[str, Any] = {"permissions": ["audiences:read"], "accountGroupId": "g1"}

    assert [states.setup("an API key", **params)["apiKey"] for _ in range(2)] == ["reads", "reads"]
    assert states.setup("an API key", status="revoked", accountGroupId="g1")["apiKey"] == "gone"


def test_parameters_without_a_suitable_entry_are_not_established(states: FileStates) -> None:
    with pytest.raises(NotEstablishedError, match=r"'an API key' with permissions \['prospects:read'\]"):
        states.setup("an API key", permissions=["prospects:read"])


def test_each_audience_is_used_once(states: FileStates) -> None:
    audiences = [states.setup("an audience that is ready", apiKey="k1")["audienceId"] for _ in range(2)]

    assert audiences == ["a1", "a2"]
    with pytest.raises(NotEstablishedError, match=r"'an audience that is ready' left for the account group g1.*403"):
        states.setup("an audience that is ready", apiKey="k1")


def test_an_audience_has_the_wanted_number_of_prospects(states: FileStates) -> None:
    assert states.setup("an audience that is ready", apiKey="k1", prospects=3)["audienceId"] == "a1"
    with pytest.raises(NotEstablishedError, match="prospects 3"):
        states.setup("an audience that is ready", apiKey="k1", prospects=3)


def test_ready_audiences_beyond_the_file_are_created_and_deleted_again(tmp_path: Path) -> None:
    target = FakeTarget()
    states = FileStates(listed(tmp_path, LIST), target.api(), account_guard())

    audiences = [states.setup("an audience that is ready", apiKey="reads")["audienceId"] for _ in range(3)]

    assert audiences == ["a1", "a2", "made0"]
    assert states.teardown_all() == []
    assert target.audiences == []


def test_an_audience_being_populated_has_the_wanted_job_status(states: FileStates) -> None:
    with pytest.raises(NotEstablishedError, match="jobStatus queued"):
        states.setup("an audience being populated", apiKey="k1", jobStatus="queued")

    values = states.setup("an audience being populated", apiKey="k1", jobStatus="running")

    assert values == {"accountGroupId": "g1", "audienceId": "p1", "jobId": "j1"}


def test_cancelling_is_the_only_end_of_a_job_that_is_established(states: FileStates, target: FakeTarget) -> None:
    states.setup("an audience being populated", apiKey="k1")
    with pytest.raises(NotEstablishedError, match="outcome completed"):
        states.setup("the prospecting has ended", jobId="j1", outcome="completed")

    states.setup("the prospecting has ended", jobId="j1", outcome="cancelled")

    assert target.cancelled == ["j1"]


def test_a_prospecting_request_is_found_by_its_source(states: FileStates) -> None:
    assert states.setup("a prospecting request", source="url_upload")["body"]["source"] == "url_upload"
    with pytest.raises(NotEstablishedError, match="source post_commenters"):
        states.setup("a prospecting request", source="post_commenters")


def test_repetitions_shrink_to_the_listed_audiences_with_a_note(states: FileStates) -> None:
    states.probe()

    assert states.repeats(90) == 1
    assert states.notes() == ["repetitions shrank from 90 to 1: 2 audiences that are ready were listed"]


def test_repetitions_stay_where_audiences_can_be_created(tmp_path: Path) -> None:
    target = FakeTarget()
    states = FileStates(listed(tmp_path, LIST), target.api(), account_guard())
    states.probe()

    assert (states.repeats(90), states.notes(), target.audiences) == (90, [], [])


def test_the_account_group_with_the_most_audiences_left_comes_first(tmp_path: Path) -> None:
    text = LIST + '[[state."an audience that is ready"]]\napiKey = "k2"\naccountGroupId = "g2"\naudienceId = "b1"\n'
    states = FileStates(listed(tmp_path, text), FakeTarget().api(), account_guard())
    for state in ("an audience that is ready", "an audience that is ready", "an audience being populated"):
        states.setup(state, apiKey="k1")

    assert states.setup("an API key")["accountGroupId"] == "g2"


def test_a_key_that_only_an_audience_names_is_a_key(tmp_path: Path) -> None:
    text = '[[state."an audience that is ready"]]\napiKey = "k9"\naccountGroupId = "g9"\naudienceId = "a9"\n'

    assert FileStates(listed(tmp_path, text), FakeTarget().api(), account_guard()).setup("an API key")["apiKey"] == "k9"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has to consist of tables"),
        ("[[[", "line 1"),
        ('[other]\nx = 1\n[[state."an API key"]]', "has to consist of tables"),
        ('[[state."a moon"]]', "'a moon' is unknown"),
        ('[[state."the rate limit is exhausted"]]', "cannot be prepared by hand"),
        ('[state."an API key"]\napiKey = "k"', "two brackets"),
        ('[[state."an API key"]]\napiKey = "k"', "entry 1 of 'an API key': accountGroupId is missing"),
        ('[[state."an API key"]]\napiKey = "k"\naccountGroupId = "g"\nplan = "x"', "unknown field plan"),
        ('[[state."an API key"]]\napiKey = 5\naccountGroupId = "g"', "apiKey has to be a text"),
        ('[[state."an API key"]]\napiKey = "k"\naccountGroupId = "g"\nstatus = "dead"', "active or revoked, not dead"),
        ('[[state."an API key"]]\napiKey = "k"\naccountGroupId = "g"\npermissions = [1]', "a list of texts"),
    ],
)
def test_an_invalid_file_is_reported_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(StatesFileError) as raised:
        listed(tmp_path, text)

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StatesFileError, match="No such file"):
        read_states_file(tmp_path / "nowhere")
