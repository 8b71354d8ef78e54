"""The resources that a run may make in an account that is kept, as they are told before the first write."""

from dataclasses import dataclass

from conformance.catalogue.requirements import Profile
from conformance.states.destination import AUDIENCES, FOLDERS, JOBS

_AUDIENCES = {Profile.DELETE: (40, 3), Profile.AUDIENCES: (600, 8), Profile.FULL: (600, 8)}
_FOLDERS = {Profile.DELETE: (0, 0), Profile.AUDIENCES: (120, 2), Profile.FULL: (120, 2)}
_JOBS = {Profile.DELETE: (0, 0), Profile.AUDIENCES: (0, 0), Profile.FULL: (80, 2)}
"""By profile, the number of resources without repetitions, and for each repetition."""

_REASONS = {
    FOLDERS: "no folder was made: it could not be removed again (--allow-leftovers)",
    JOBS: "no job was started: it costs credits (--allow-credits)",
}


@dataclass(frozen=True, slots=True)
class Allowances:
    """The resources that a run may make.

    Attributes:
        audiences: The greatest number of audiences.
        folders: The greatest number of folders, which cannot be deleted.
        jobs: The greatest number of jobs, which cost credits.
        may_leave_folders: Whether folders may be made at all.
        may_spend_credits: Whether jobs may be started at all.
    """

    audiences: int
    folders: int
    jobs: int
    may_leave_folders: bool = True
    may_spend_credits: bool = True

    @classmethod
    def for_run(cls, profile: Profile, repeats: int, *, leftovers: bool, may_spend: bool) -> "Allowances":
        """Return the allowances of a run of a profile with so many repetitions."""
        audiences, folders, jobs = (
            base + each * repeats for base, each in (_AUDIENCES[profile], _FOLDERS[profile], _JOBS[profile])
        )
        return cls(audiences, folders, jobs, leftovers, may_spend)

    def reason_against(self, collection: str, made: int) -> str | None:
        """Return the reason why no further resource is made in a collection; None where one may be made.

        Args:
            collection: One of `AUDIENCES`, `FOLDERS` and `JOBS`.
            made: The number of resources that the run has made there.
        """
        allowed = {FOLDERS: self.may_leave_folders, JOBS: self.may_spend_credits}.get(collection, True)
        if not allowed:
            return _REASONS[collection]
        most = {AUDIENCES: self.audiences, FOLDERS: self.folders, JOBS: self.jobs}[collection]
        return f"the run has made all {most} {_NAMES[collection]} that it had announced" if made >= most else None

    def announcement(self, groups: list[str]) -> str:
        """Return what the run makes in some account groups, in a line for each kind of resource."""
        many = "s" if len(groups) > 1 else ""
        folders, jobs = f"at most {self.folders}", f"at most {self.jobs}"
        return "\n".join(
            (
                f"In the account group{many} {', '.join(groups)} this run makes",
                f"  at most {self.audiences} audiences, and deletes them again,",
                f"  {folders} folders, which remain," if self.may_leave_folders and self.folders else "  no folder,",
                f"  {jobs} jobs, which cost credits." if self.may_spend_credits and self.jobs else "  no job.",
                "It changes and deletes nothing that it has not made.",
            )
        )


_NAMES = {AUDIENCES: "audiences", FOLDERS: "folders", JOBS: "jobs"}
