"""A member that a target never shows decides nothing: its requirements are not run, and never passed."""

from pathlib import Path

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutated import Whole
from tests.mutants.suite import options_for_repeats, run_suite

EFFECTS = ("AUD-CREATE-EFFECT", "AUD-UPDATE-EFFECT", "AUD-MOVE-EFFECT", "AUD-REMOVE-EFFECT")
CHECKS = "check_what_was_created_is_read or check_an_update_changes or check_what_an_update or check_each_move"


class OnlyIdentifiers(Whole):
    """A server whose audiences are shown with their identifier and nothing else."""

    async def respond(self, asked: Asked) -> Answered:
        answered = await self.serve(asked)
        if not asked.operation.startswith("AUD-") or not answered.ok:
            return answered
        for item in answered.items():
            identifier = item.get("id")
            if "prospectCount" in item:
                item.clear()
                item["id"] = identifier
        return answered.saying(data=answered.data)


def test_audiences_without_members_are_not_conformant(tmp_path: Path) -> None:
    status, report = run_suite(OnlyIdentifiers(), tmp_path, "--seed", "1", *options_for_repeats(), "-k", CHECKS)

    verdicts = {row["id"]: (row["verdict"], row["reason"]) for row in report["requirements"]}
    assert {verdicts[effect][0] for effect in EFFECTS} == {"not-run"}
    assert "the member 'name' is not shown" in verdicts["AUD-CREATE-EFFECT"][1]
    assert (status, report["verdict"]) == (1, "inconclusive")
