from dataclasses import replace

import pytest

from conformance.model.events import KeyIssued
from conformance.model.messages import Response
from tests.harness.model_steps import ALL, MUST, SHOULD, STARTED, WORLD, after, begin, found, get_job, job


class TestReplays:
    @pytest.mark.parametrize("status", [200, 202])
    def test_a_repeated_start_is_the_same_job(self, status: int) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), of=WORLD)

        assert found(begun, begin(idempotency="i"), job("p1", http=status)) == {}
        assert found(begun, begin(idempotency="i"), job("p2", http=status)) == {"JOB-START-REPLAY": SHOULD}

    def test_a_completed_job_is_replayed_with_200(self) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), (get_job("p1"), job("p1", "completed")), of=WORLD)

        assert found(begun, begin(idempotency="i"), job("p1", http=200)) == {}
        assert found(begun, begin(idempotency="i"), job("p1", http=202)) == {"JOB-START-REPLAY": SHOULD}
        assert found(begun, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": MUST}

    def test_a_failed_job_may_be_started_again(self) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), (get_job("p1"), job("p1", "failed")), of=WORLD)

        assert found(begun, begin(idempotency="i"), job("p2", http=202)) == {}
        assert found(begun, begin(idempotency="i"), job("p1", http=202)) == {}

    @pytest.mark.parametrize(
        "response", [job("p1", http=202), job("p2", http=202), Response(409, "IDEMPOTENCY_CONFLICT")]
    )
    def test_the_same_key_with_another_body_is_not_documented(self, response: Response) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), of=WORLD)

        assert found(begun, begin("another body", idempotency="i"), response) == {}

    @pytest.mark.parametrize("response", [job("p1"), job("p2", http=202), Response(409, "CONFLICT")])
    def test_the_same_request_without_a_key_may_be_replayed_or_not(self, response: Response) -> None:
        assert found(STARTED, begin(), response) == {}

    def test_another_request_starts_another_job(self) -> None:
        assert found(STARTED, begin("another body"), job("p2", http=202)) == {}
        assert found(STARTED, begin("another body"), job("p1", http=202)) == {"JOB-START-NEW": MUST}

    def test_a_key_stays_with_its_first_request(self) -> None:
        begun = after((begin(idempotency="i"), job("p1", http=202)), of=WORLD)
        other = after((begin("another body", idempotency="i"), job("p2", http=202)), of=begun)
        again = after((begin(idempotency="i"), None), of=begun)

        assert found(other, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": SHOULD}
        assert found(again, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": SHOULD}

    @pytest.mark.parametrize("response", [job("p1", http=202), job("p2", http=202)])
    def test_the_sharing_of_a_key_between_api_keys_is_not_documented(self, response: Response) -> None:
        begun = after(
            KeyIssued("second", ALL, frozenset({"g"})), (begin(idempotency="i"), job("p1", http=202)), of=WORLD
        )

        assert found(begun, replace(begin("another body", idempotency="i"), key="second"), response) == {}

    def test_a_lost_start_is_bound_by_the_next_response(self) -> None:
        bound = after((begin(idempotency="i"), None), (begin(idempotency="i"), job("p1", http=202)), of=WORLD)

        assert found(bound, begin(idempotency="i"), job("p2", http=202)) == {"JOB-START-REPLAY": SHOULD}

    @pytest.mark.parametrize(
        "response", [Response(402, "INSUFFICIENT_CREDITS"), Response(409, "CONFLICT"), job("p1", http=202)]
    )
    def test_a_start_may_meet_an_unknown_limit(self, response: Response) -> None:
        assert found(WORLD, begin(), response) == {}
