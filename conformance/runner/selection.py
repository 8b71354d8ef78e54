"""The selection of checks by `-k`, and the files that a run has to read."""

from importlib import resources

from conformance.catalogue.requirements import Catalogue, Profile


def selected_checks(selection: str | None, catalogue: Catalogue) -> frozenset[str]:
    """Return the checks that `-k` names, if it does nothing but name checks; otherwise none."""
    words = (selection or "").split()
    checks = {check for row in catalogue.values() for check in row.checks}
    names = frozenset(words[::2])
    return names if names <= checks and set(words[1::2]) <= {"or"} else frozenset()


def check_files(profile: Profile, selected: frozenset[str], catalogue: Catalogue) -> list[str]:
    """Return the files of the selected checks, or of all checks of the profile.

    The other files are not read: a run need not wait for what they import.
    """
    checks = selected or catalogue.checks_of(profile)
    folder = resources.files("conformance").joinpath("checks")
    files = []
    for file in sorted(folder.iterdir(), key=str):
        if file.name.startswith("check_"):
            text = file.read_text(encoding="utf-8")
            if any(f"def {check}(" in text for check in checks):
                files.append(str(file))
    return files
