"""The parts of a sandbox."""

from mockserver.client import requests
from mockserver.client.operations import Operation, Part


class Clock(Part):
    """The clock of a sandbox."""

    read = Operation(requests.read_clock)
    stop = Operation(requests.stop_clock)
    set = Operation(requests.set_clock)
    run = Operation(requests.run_clock)
    advance = Operation(requests.advance_clock)


class Faults(Part):
    """The faults of a sandbox."""

    list = Operation(requests.list_faults)
    add = Operation(requests.add_fault)
    lost_reply = Operation(requests.lost_reply)
    flaky = Operation(requests.flaky)
    slow = Operation(requests.slow)
    maintenance = Operation(requests.maintenance)
    delete = Operation(requests.delete_fault)
    clear = Operation(requests.clear_faults)


class Jobs(Part):
    """The jobs of a sandbox."""

    list = Operation(requests.list_jobs)
    get = Operation(requests.get_job)
    start = Operation(requests.start_job)
    move = Operation(requests.move_job)
    end = Operation(requests.end_job)
    pace = Operation(requests.get_pace)
    set_pace = Operation(requests.set_pace)


class Keys(Part):
    """The keys of a sandbox."""

    list = Operation(requests.list_keys)
    create = Operation(requests.create_key)
    update = Operation(requests.update_key)
    revoke = Operation(requests.revoke_key)
    delete = Operation(requests.delete_key)


class Limits(Part):
    """The rate limits of a sandbox."""

    get = Operation(requests.get_limits)
    set = Operation(requests.set_limit)
    clear = Operation(requests.clear_limit)
    set_for_key = Operation(requests.set_key_limit)
    clear_for_key = Operation(requests.clear_key_limit)
