"""The panel of provider states, in a real Chromium."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, expect

from openapi import provider_states
from tests.system.console_driver import AUDIENCE, GROUP, Console

SCHEMAS = provider_states()["components"]["schemas"]
STATES = {
    name: SCHEMAS[reference.rpartition("/")[2]]
    for name, reference in SCHEMAS["Request"]["discriminator"]["mapping"].items()
}


@pytest.mark.parametrize("state", STATES)
def test_the_form_of_a_state_has_its_documented_parameters(console: Console, state: str) -> None:
    shown = console.open("states")
    entry = opened(shown, state)

    params = STATES[state]["properties"]["params"]
    assert [
        label.inner_text() for label in entry.locator("form > .field > label, form > div > .field > label").all()
    ] == [*params["properties"]]
    required = [
        name
        for name in params["properties"]
        if entry.get_by_label(name, exact=True).get_attribute("required") is not None
    ]
    assert set(required) <= set(params.get("required", []))
    expect(entry.get_by_text(STATES[state]["x-teardown"])).to_be_visible()


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_set_up_with_nothing_typed_and_torn_down(console: Console, state: str) -> None:
    console.plane.post("jobs", json={"accountGroupId": GROUP, "audienceId": AUDIENCE, "pace": "manual"})
    shown = console.open("states")
    entry = opened(shown, state)
    for name in {"apiKey", "jobId"} & STATES[state]["properties"]["params"]["properties"].keys():
        expect(entry.get_by_label(name, exact=True)).not_to_have_value("")

    console.press("Set it up", f"Set up: {state}.")
    expect(entry.get_by_role("heading", name="Set up, number 1")).to_be_visible()
    values = [name.inner_text() for name in entry.locator("article dt").all()]
    console.press(f"Tear down: {state}, number 1", f"Torn down: {state}.")

    described = SCHEMAS.get(STATES[state].get("x-values", "").rpartition("/")[2], {"required": []})
    assert set(described["required"]) <= set(values)
    expect(entry.locator("summary").first).to_be_focused()


def test_a_state_is_set_up_and_torn_down_with_its_values(console: Console) -> None:
    shown = console.open("states")
    entry = opened(shown, "an audience being populated")
    expect(entry.get_by_label("apiKey", exact=True)).to_have_value("sk_test_of_controls")
    expect(entry.locator("datalist option")).to_have_count(2)

    entry.get_by_label("jobStatus").select_option("queued")
    console.press("Set it up", "Set up: an audience being populated.")
    job = console.read("jobs")["jobs"][0]
    expect(entry.get_by_role("link", name=job["id"])).to_have_attribute("href", f"#/{console.sandbox}/jobs/{job['id']}")
    entry.get_by_role("button", name="Copy audienceId").click()
    console.noticed("Copied: audienceId.")
    console.page.reload()  # the values are kept for the tab
    entry = opened(shown, "an audience being populated")
    expect(entry.get_by_text("(1 set up from this tab)")).to_be_visible()
    with console.page.expect_request("**/_mock/provider-states?**") as sent:
        console.press("Tear down: an audience being populated, number 1", "Torn down: an audience being populated.")

    values = {"accountGroupId": GROUP, "audienceId": job["audienceId"], "jobId": job["id"]}
    params = {"apiKey": "sk_test_of_controls", "jobStatus": "queued"}
    assert job["status"] == "queued"
    assert console.page.evaluate("navigator.clipboard.readText()") == job["audienceId"]
    assert sent.value.post_data_json == {
        "state": "an audience being populated",
        "params": {**params, **values},
        "action": "teardown",
    }
    assert [audience["id"] for audience in console.read("audiences")["audiences"]] == [AUDIENCE]
    expect(entry.get_by_role("heading", level=3)).to_have_count(0)


def test_a_key_may_have_exactly_some_permissions(console: Console) -> None:
    entry = opened(console.open("states"), "an API key")

    entry.get_by_label("permissions", exact=True).select_option("Exactly these")
    entry.get_by_label("audiences:read").check()
    entry.get_by_label("accountGroupId").fill(GROUP)
    console.press("Set it up", "Set up: an API key.")

    assert console.read("keys")["keys"][-1]["permissions"] == ["audiences:read"]
    assert console.read("keys")["keys"][-1]["accountGroupIds"] == [GROUP]


def test_a_state_may_act_on_the_sandbox_of_the_key(console: Console) -> None:
    shown = console.open("states")
    entry = opened(shown, "the API key is revoked")
    sandboxes = console.plane.base_url.copy_with(path="/_mock/sandboxes")
    other = httpx.post(sandboxes, json={}).json()
    token = other["keys"][0]["key"]

    entry.get_by_label("apiKey", exact=True).fill(token)
    entry.get_by_role("button", name="Set it up").click()
    console.noticed(f"params.apiKey is a key of the sandbox {other['id']}, not of {console.sandbox}")
    shown.get_by_label("Where").select_option(index=1)
    console.press("Set it up", "Set up: the API key is revoked.")

    assert httpx.get(f"{sandboxes}/{other['id']}/keys").json()["keys"][0]["revoked"]
    assert not any(key["revoked"] for key in console.read("keys")["keys"])


def opened(shown: Locator, state: str) -> Locator:
    """Open the entry of a state; return it."""
    summary = shown.page.get_by_text(re.compile(rf"^{re.escape(state)}( \(|$)")).locator("xpath=self::summary")
    entry = shown.locator("details.state", has=summary)
    entry.locator("summary").first.click()
    return entry
