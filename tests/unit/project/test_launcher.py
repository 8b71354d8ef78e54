"""The order of the module search path, in which other packages of our names come last."""

from pathlib import Path

import pytest

from audience_mock_launcher import PACKAGES, path_without_shadows

HOME = Path(__file__).parents[3]


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("form", ["{}/__init__.py", "{}.py"])
def test_a_folder_with_a_package_of_the_same_name_is_searched_last(tmp_path: Path, name: str, form: str) -> None:
    file = tmp_path / form.format(name)
    file.parent.mkdir(exist_ok=True)
    file.touch()

    assert path_without_shadows([str(tmp_path), "/usr/lib", str(HOME)], HOME) == ["/usr/lib", str(HOME), str(tmp_path)]


def test_the_current_folder_is_searched_last_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openapi.py").touch()
    monkeypatch.chdir(tmp_path)

    assert path_without_shadows(["", str(HOME)], HOME) == [str(HOME), ""]


def test_a_folder_of_documents_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi/contract.yaml").touch()

    assert path_without_shadows([str(tmp_path), str(HOME)], HOME) == [str(tmp_path), str(HOME)]


def test_the_folder_of_our_own_packages_keeps_its_place() -> None:
    assert path_without_shadows([str(HOME), "/usr/lib"], HOME) == [str(HOME), "/usr/lib"]
