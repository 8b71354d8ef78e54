"""The parts of a sandbox, for coroutines."""

from mockserver.client import requests
from mockserver.client.operations import AsyncOperation, AsyncPart


class AsyncClock(AsyncPart):
    """The clock of a sandbox, for coroutines."""

    read = AsyncOperation(requests.read_clock)
    stop = AsyncOperation(requests.stop_clock)
    set = AsyncOperation(requests.set_clock)
    run = AsyncOperation(requests.run_clock)
    advance = AsyncOperation(requests.advance_clock)


class AsyncFaults(AsyncPart):
    """The faults of a sandbox, for coroutines."""

    list = AsyncOperation(requests.list_faults)
    add = AsyncOperation(requests.add_fault)
    lost_reply = AsyncOperation(requests.lost_reply)
    flaky = AsyncOperation(requests.flaky)
    slow = AsyncOperation(requests.slow)
    maintenance = AsyncOperation(requests.maintenance)
    delete = AsyncOperation(requests.delete_fault)
    clear = AsyncOperation(requests.clear_faults)


class AsyncJobs(AsyncPart):
    """The jobs of a sandbox, for coroutines."""

    list = AsyncOperation(requests.list_jobs)
    get = AsyncOperation(requests.get_job)
    start = AsyncOperation(requests.start_job)
    move = AsyncOperation(requests.move_job)
    end = AsyncOperation(requests.end_job)
    pace = AsyncOperation(requests.get_pace)
    set_pace = AsyncOperation(requests.set_pace)


class AsyncKeys(AsyncPart):
    """The keys of a sandbox, for coroutines."""

    list = AsyncOperation(requests.list_keys)
    create = AsyncOperation(requests.create_key)
    update = AsyncOperation(requests.update_key)
    revoke = AsyncOperation(requests.revoke_key)
    delete = AsyncOperation(requests.delete_key)


class AsyncLimits(AsyncPart):
    """The rate limits of a sandbox, for coroutines."""

    get = AsyncOperation(requests.get_limits)
    set = AsyncOperation(requests.set_limit)
    clear = AsyncOperation(requests.clear_limit)
    set_for_key = AsyncOperation(requests.set_key_limit)
    clear_for_key = AsyncOperation(requests.clear_key_limit)
