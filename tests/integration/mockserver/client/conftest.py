"""Projects of their own for tests of the pytest plugin."""

import pytest

from tests.harness.plugin_project import PluginProject


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> PluginProject:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("AUDIENCE_MOCK_URL", "AUDIENCE_MOCK_ADMIN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return PluginProject(pytester)
