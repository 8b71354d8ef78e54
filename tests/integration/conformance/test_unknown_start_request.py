"""The suite on a target whose start request it does not know."""

from pathlib import Path

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole
from tests.mutants.suite import options_for_repeats, run_suite


class TakesAnotherStart(Whole):
    """A server that demands `origin` in place of `source`, checked right after the key, and does not tell so."""

    async def respond(self, asked: Asked) -> Answered:
        is_start = asked.operation == "JOB-START" and self.world.keys.get(asked.token) is not None
        known = isinstance(asked.body, dict) and "origin" in asked.body
        return self.refuse(400, "VALIDATION_ERROR") if is_start and not known else await self.serve(asked)

    async def control(self, asked: Asked) -> Answered:
        if isinstance(asked.body, dict) and asked.body.get("state") == "a prospecting request":
            return Answered(501, ((b"content-type", b"application/json"),), b'{"reason": "not here"}')
        return await self.serve(asked)


def test_checks_that_need_a_start_are_not_run_without_a_valid_start_request(tmp_path: Path) -> None:
    starts = "check_prospecting or check_permissions or check_scope or check_refusals"
    status, report = run_suite(
        TakesAnotherStart(), tmp_path, "--seed", "1", *options_for_repeats(3), "-k", f"JOB-START or {starts}"
    )

    of_starts = {row["id"]: row for row in report["requirements"] if row["id"].startswith("JOB-START-")}
    assert [one["id"] for one in report["requirements"] if one["verdict"] in {"fail", "error"}] == []
    verdicts = [of_starts[f"JOB-START-{fact}"]["verdict"] for fact in ("DONE", "PERMISSION", "CREDITS", "KEY")]
    assert verdicts == ["not-run", "not-run", "unexercised", "pass"]
    assert "a prospecting request" in of_starts["JOB-START-DONE"]["reason"]
    assert (status, report["verdict"]) == (1, "inconclusive")
