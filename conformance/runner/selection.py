"""Which files of checks a run has to read: it need not wait for what the rest imports."""

from importlib import resources

from conformance.catalogue.requirements import Catalogue, Profile

_OF_DELETE = "check_delete.py"


def selected_checks(selection: str | None, catalogue: Catalogue) -> frozenset[str]:
    """The checks that `-k` names, where it does no more than name some; else none."""
    words = (selection or "").split()
    checks = {check for row in catalogue.values() for check in row.checks}
    names = frozenset(words[::2])
    return names if names <= checks and set(words[1::2]) <= {"or"} else frozenset()


def check_files(profile: Profile, names: frozenset[str]) -> list[str]:
    """The files that have a check of the profile; where checks are named, one of those."""
    folder = resources.files("conformance").joinpath("checks")
    read = []
    for file in sorted(folder.iterdir(), key=str):
        if not file.name.startswith("check_") or (profile is Profile.DELETE and file.name != _OF_DELETE):
            continue
        text = file.read_text(encoding="utf-8") if names else ""
        if not names or any(f"def {name}(" in text for name in names):
            read.append(str(file))
    return read
