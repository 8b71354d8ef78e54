"""The panels of the console that steer a sandbox: clock, limits and faults, in a real Chromium."""

import subprocess
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.system.console_driver import AUDIENCE, GROUP, HOSTILE, Console, fill


def test_the_clock_is_stopped_and_let_run(console: Console) -> None:
    shown = console.open("clock")

    console.press("Stop it: the clock", "The clock stands still.")
    stopped = console.read("clock")
    expect(shown.get_by_text("manual: it moves on request only")).to_be_visible()
    expect(shown.get_by_text(stopped["now"], exact=True)).to_be_visible()
    shown.get_by_label("A later instant").fill("2040-01-01T00:00:00+01:00")
    console.press("Stop it there", "The clock stands still.")
    later = console.read("clock")
    expect(shown.get_by_text(later["now"], exact=True)).to_be_visible()
    console.press("Let it run: the clock", "The clock runs.")

    assert (stopped["mode"], later) == ("manual", {"mode": "manual", "now": "2039-12-31T23:00:00.000Z"})
    assert console.read("clock")["mode"] == "real"


def test_a_clock_that_cannot_be_set_back_says_why_and_what_helps(console: Console) -> None:
    shown = console.open("clock")
    shown.get_by_label("A later instant").fill("1999-01-01T00:00:00Z")

    shown.get_by_role("button", name="Stop it there").click()

    refused = console.plane.put("clock", json={"mode": "manual", "at": "1999-01-01T00:00:00Z"}).json()
    console.noticed(f"Stop it there: {refused['reason']}. {refused['hint']}")
    assert console.read("clock")["mode"] == "real"


@pytest.mark.parametrize(("button", "seconds"), [("+30 s", 30), ("+5 min", 300)])
def test_a_button_moves_the_clock_forward(console: Console, button: str, seconds: int) -> None:
    console.plane.put("clock", json={"mode": "manual", "at": "2040-01-01T00:00:00Z"})
    console.open("clock")

    console.press(f"{button}: the clock", "The clock was moved forward.")

    assert console.read("clock")["now"] == f"2040-01-01T00:{seconds // 60:02}:{seconds % 60:02}.000Z"


def test_the_slider_and_the_number_show_the_same_time(console: Console) -> None:
    console.plane.put("clock", json={"mode": "manual", "at": "2040-01-01T00:00:00Z"})
    shown = console.open("clock")
    slider, number = shown.get_by_label("Time to move by"), shown.get_by_label("Seconds", exact=True)

    slider.focus()
    console.page.keyboard.press("ArrowRight")
    expect(number).to_have_value("35")
    expect(shown.get_by_role("status").filter(has_text="35 s")).to_be_visible()
    number.fill("5400.5")
    expect(shown.get_by_text("1 h 30 min 0.5 s", exact=True)).to_be_visible()
    assert slider.get_attribute("aria-valuetext") == "1 h 30 min 0.5 s"
    number.press("Enter")
    console.noticed("The clock was moved forward.")

    assert console.read("clock")["now"] == "2040-01-01T01:30:00.500Z"


def test_an_advance_shows_what_happened_in_order_with_links(console: Console) -> None:
    console.plane.put("clock", json={"mode": "manual", "at": "2040-01-01T00:00:00Z"})
    job = console.plane.post(
        "jobs", json={"accountGroupId": GROUP, "audienceId": AUDIENCE, "pace": "time", "durationMs": 20_000}
    )
    console.plane.patch("keys/sk_test_of_hostile", json={"expiresAt": "2040-01-01T00:00:10Z"})
    shown = console.open("clock")

    console.press("+30 s: the clock", "The clock was moved forward.")

    rows = shown.get_by_role("region", name="Events").locator("tbody tr:not(.spacer)")
    texts = ["A job started", "A key expired", "A job ended"]
    expect(rows).to_have_count(3)
    assert [text for row, text in zip(rows.all(), texts, strict=True) if text not in row.inner_text()] == []
    assert "completed, 25 prospects imported" in rows.nth(2).inner_text()
    links = [link.get_attribute("href") for link in rows.nth(2).get_by_role("link").all()]
    assert links == [f"#/{console.sandbox}/jobs/{job.json()['id']}", f"#/{console.sandbox}/audiences/{AUDIENCE}"]
    expect(rows.nth(1).get_by_role("link", name=HOSTILE)).to_have_attribute("href", f"#/{console.sandbox}/keys")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"Moved": "By time", "Seconds from start to end": "2.5"}, {"pace": "time", "durationMs": 2_500}),
        ({"Moved": "By readings of their status", "Number of readings": "7"}, {"pace": "polls", "polls": 7}),
        ({"Moved": "By hand", "Status until they are moved": "running"}, {"pace": "manual", "status": "running"}),
        ({"Moved": "At once"}, {"pace": "immediate"}),
        ({"Outcome": "failed", "Stage in which they end": "enrichment", "Percent of that stage": "29"},
         {"outcome": "failed", "stage": "enrichment", "share": 0.29}),
        ({"Outcome": "cancelled", "Percent of that stage": "50"}, {"outcome": "cancelled", "share": 0.5}),
    ],
)  # fmt: skip
def test_the_pace_of_the_next_jobs_is_set(console: Console, typed: dict[str, str], expected: dict[str, Any]) -> None:
    before = console.read("job-pace")
    shown = console.open("clock")

    fill(shown, typed)
    console.press("Set the pace", "The next jobs have this pace.")

    assert console.read("job-pace") == {**before, **expected}


def test_limits_are_set_and_lifted_for_all_keys_and_for_one(console: Console) -> None:
    complaints: list[str] = []
    console.page.on("console", lambda message: complaints.append(message.text))
    shown = console.open("limits")
    expect(shown.get_by_text("The sandbox has no limit.")).to_be_visible()
    everyone, single = (shown.get_by_role("region", name=name) for name in ("Limit all keys", "Limit a single key"))

    fill(everyone, {"Requests": "5", "In each": "hour"})
    console.press("Limit all keys", "Each key without a limit of its own")
    fill(single, {"Key": HOSTILE, "Requests": "3", "In each": "second"})
    console.press("Limit this key", "The key has a limit of its own.")
    both = console.read("limits")
    expect(shown.get_by_role("row", name=HOSTILE)).to_contain_text("3 in each second")
    console.press(f"Lift its limit: {HOSTILE}", "The key has no limit of its own.")
    one = console.read("limits")
    expect(shown.get_by_role("row", name=HOSTILE)).to_contain_text("5 in each hour")
    console.press("Lift all limits: the sandbox", "No key has a limit.")

    assert [both["rate"], *((key["rate"], key["own"]) for key in both["keys"])] == [
        "5/h",
        ("5/h", False),
        ("3/s", True),
    ]
    assert [key["rate"] for key in one["keys"]] == ["5/h", "5/h"]
    assert console.plane.get("limits").status_code == 404
    expect(shown.get_by_text("The sandbox has no limit.")).to_be_visible()
    assert complaints == []


FAULTS = [
    ({"Fault": "Preset flaky"}, [("response", {"status": 500}), ("reset-before", {}), ("reset-after", {})]),
    ({"Fault": "Preset slow", "Times": "3"}, [("delay", {"delayMs": 2_000, "times": 3, "preset": "slow"})]),
    ({"Fault": "Preset maintenance", "From": "2"}, [("response", {"status": 500, "from": 2})]),
    ({"Fault": "response:", "Operation": "deleteAudience", "Status": "409", "Probability": "0.25"},
     [("response", {"operation": "deleteAudience", "status": 409, "probability": 0.25})]),
    ({"Fault": "response:", "Status": "429", "Retry-After": "7"}, [("response", {"status": 429, "retryAfter": 7})]),
    ({"Fault": "delay:", "Delay": "5", "Resource": AUDIENCE}, [("delay", {"delayMs": 5, "resource": AUDIENCE})]),
    ({"Fault": "late-answer:", "Delay": "6"}, [("late-answer", {"delayMs": 6})]),
    ({"Fault": "reset-before:", "Resets of a request that is sent again": "0"}, [("reset-before", {"resendMs": 0})]),
    ({"Fault": "reset-after:", "Key": HOSTILE}, [("reset-after", {"key": HOSTILE})]),
    ({"Fault": "truncated-body:"}, [("truncated-body", {"status": None})]),
    ({"Fault": "malformed-json:", "Status": "500"}, [("malformed-json", {"status": 500})]),
    ({"Fault": "wrong-content-type:", "Delay": "8"}, [("wrong-content-type", {"delayMs": 8})]),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "expected"), FAULTS)
def test_a_fault_is_added_with_the_members_of_its_kind(
    console: Console, typed: dict[str, str], expected: list[tuple[str, dict[str, Any]]]
) -> None:
    shown = console.open("faults")

    fill(shown, typed)
    console.press("Add it", "The fault was added.")

    made = console.faults()
    assert [fault["kind"] for fault in made] == [kind for kind, _ in expected]
    assert [{name: fault[name] for name in members} for fault, (_, members) in zip(made, expected, strict=True)] == [
        members for _, members in expected
    ]
    expect(shown.locator("tbody tr:not(.spacer)")).to_have_count(len(expected))


def test_the_counts_of_a_fault_follow_the_requests_and_faults_are_removed(console: Console) -> None:
    for kind in (
        {"kind": "response", "status": 500, "times": 3},
        {"kind": "delay", "delayMs": 1},
        {"kind": "malformed-json"},
    ):
        console.plane.post("faults", json=kind)
    first, *_ = console.faults()
    shown = console.open("faults")
    expect(shown.locator("tbody tr:not(.spacer)")).to_have_count(3)

    assert console.vendor.get("audiences").status_code == 500
    row = shown.get_by_role("row", name="response, status 500").first
    expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")
    expect(row.get_by_role("cell").nth(3)).to_have_text("2")
    console.press(f"Remove: response, status 500, {first['id']}", "The fault was removed.")
    assert [fault["kind"] for fault in console.faults()] == ["delay", "malformed-json"]
    console.press("Remove all faults: the sandbox", "There are no faults.")

    assert console.faults() == []
    expect(shown.get_by_text("No faults: the API behaves as documented.")).to_be_visible()


def test_a_fault_is_added_and_removed_by_the_keyboard(console: Console) -> None:
    console.plane.post("faults", json={"kind": "malformed-json"})
    shown = console.open("faults")
    keyboard = console.page.keyboard

    shown.get_by_label("Fault", exact=True).focus()
    keyboard.type("delay")
    for text in ["Tab", "2", "5", "Enter"]:
        keyboard.press(text)
    console.noticed("The fault was added.")
    added = console.faults()
    shown.get_by_role("region", name="Faults").focus()
    for key in ["Tab", "ArrowDown", "Enter"]:
        keyboard.press(key)
    console.noticed("The fault was removed.")

    assert [(fault["kind"], fault["delayMs"]) for fault in added] == [("malformed-json", 0), ("delay", 25)]
    assert [fault["kind"] for fault in console.faults()] == ["malformed-json"]
    expect(shown.get_by_role("region", name="Faults")).to_be_focused()


def test_typed_values_and_the_focus_outlast_a_reading(console: Console) -> None:
    shown = console.open("faults")
    field = shown.get_by_label("Resource")
    fill(shown, {"Fault": "reset-after:", "Key": HOSTILE, "Times": "4"})
    field.press_sequentially("b00000")

    with (
        console.page.expect_response(f"**/{console.sandbox}/faults"),
        console.page.expect_response(f"**/{console.sandbox}/keys"),
    ):
        console.vendor.get("audiences")
    console.plane.post("faults", json={"kind": "malformed-json"})
    with console.page.expect_response(f"**/{console.sandbox}/faults"):
        console.vendor.get("audiences")
    expect(shown.locator("tbody tr:not(.spacer)")).to_have_count(1)
    console.page.keyboard.type("7")

    assert field.input_value() == "b000007"
    assert [shown.get_by_label(name, exact=True).input_value() for name in ("Fault", "Key", "Times")] == [
        "kind reset-after",
        HOSTILE,
        "4",
    ]


def test_the_pace_that_is_being_typed_is_not_replaced_by_the_one_that_holds(console: Console) -> None:
    shown = console.open("clock")
    seconds = shown.get_by_label("Seconds from start to end")
    expect(seconds).to_have_value("30")
    console.plane.put("job-pace", json={"durationMs": 4_000})
    expect(seconds).to_have_value("4")  # nobody has typed, and a real clock is read every two seconds

    seconds.fill("9")
    console.plane.put("job-pace", json={"durationMs": 5_000})
    expect(shown.get_by_text("Jobs move by time, and end after 5 s.")).to_be_visible()

    assert seconds.input_value() == "9"


@pytest.mark.parametrize("panel", ["clock", "limits", "faults", "states"])
def test_texts_of_a_client_are_shown_as_texts(console: Console, panel: str) -> None:
    console.plane.post("faults", json={"kind": "delay", "delayMs": 1, "key": HOSTILE})
    console.plane.put("keys/sk_test_of_hostile/limit", json={"rate": "1/m"})
    complaints: list[str] = []
    console.page.on("pageerror", lambda error: complaints.append(str(error)))
    console.page.on("console", lambda message: complaints.append(message.text))

    shown = console.open(panel)
    expect(console.page.get_by_role("combobox", name="Sandbox")).to_contain_text(HOSTILE)
    if panel in {"limits", "faults"}:
        expect(shown.get_by_text(HOSTILE).first).to_be_attached()

    assert console.page.locator("img").count() == 0
    assert "taken" not in console.page.title()
    assert complaints == []


COMMANDS = [
    ("clock", {"A later instant": "2041-01-01T00:00:00Z"}, "Stop it, or let it run", "2041-01-01T00:00:00.000Z"),
    ("limits", {"Requests": "61"}, "Limit all keys", "61/m"),
    ("faults", {"Key": HOSTILE}, "Add a fault", HOSTILE),
]


@pytest.mark.parametrize(("panel", "typed", "section", "expected"), COMMANDS)
def test_the_command_for_a_shell_does_the_same(
    console: Console, panel: str, typed: dict[str, str], section: str, expected: str
) -> None:
    region = console.open(panel).get_by_role("region", name=section, exact=True)
    fill(region, typed)
    region.get_by_text("As a command").click()

    command = region.get_by_role("region", name="Command")
    expect(command).to_contain_text("curl")
    line = command.inner_text()
    subprocess.run(["/bin/sh", "-c", line], check=True, timeout=20, stdout=subprocess.DEVNULL)  # noqa: S603  (ours)

    found = console.read(panel)
    values = [*found.values(), *(fault["key"] for fault in found.get("faults", []))]
    assert expected in values, found
