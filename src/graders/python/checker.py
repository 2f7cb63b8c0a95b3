"""The trusted side: holds the tests and the verdict, and never sees the model's code. wire.py stands in front."""

import builtins
import random


class Stop(BaseException):
    """Ends a check at once. A BaseException, so that a test's own `except Exception` does not swallow it."""


def error_of(name, message):
    """The builtin exception that the candidate says it raised, for tests that expect one."""
    kind = getattr(builtins, str(name), None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    try:
        return kind(message)
    except Exception:
        return RuntimeError(f"{name}: {message}")


def check(job, receive, send):
    """Runs the tests of `job` against the candidate behind the channel. Returns {correct, reason}, or {broken} for bad tests."""
    calls, last, stopped = 0, "", None

    def stop(reason):
        nonlocal stopped
        stopped = reason
        raise Stop

    def candidate(*args, **kwargs):
        nonlocal calls, last
        calls += 1
        send({"call": calls, "args": encode(list(args)), "kwargs": encode(kwargs)})
        try:
            reply = receive()
            if "ended" in reply:
                stop(str(reply["ended"]))
            if reply["call"] != calls:
                stop("it answered a call that was not made")
            error = reply.get("error")
            value = None if error else decode(reply["value"])
            name, message = map(str, error or ("", ""))
        except Exception:
            stop("its answer cannot be read")
        if error:
            last = f"the call raised {name}: {message}"
            raise error_of(name, message)
        last = f"the call returned {value!r}"
        return value

    random.seed(0)
    space = {"__name__": "checker"}
    try:
        # The prompt gives the tests its helpers; the stub of the function itself is replaced by the proxy.
        exec(compile(job["prompt"] + "\n    pass\n", "prompt", "exec"), space)
        exec(compile(job["test"], "test", "exec"), space)
        function = space["check"]
    except Exception as error:
        return {"broken": f"{type(error).__name__}: {error}"}
    space[job["entryPoint"]] = candidate
    reason = None
    try:
        function(candidate)
    except Stop:
        pass
    except AssertionError as error:
        reason = f"{failed_line(error, job['test'])}: {last or 'no call was made'}"
    except BaseException as error:
        reason = f"{failed_line(error, job['test'])}: {type(error).__name__}: {error}; {last or 'no call was made'}"
    reason = stopped or reason or (None if calls else f"the tests never called {job['entryPoint']}")
    return {"correct": reason is None, "reason": reason and reason[:500]}


def failed_line(error, test):
    """The line of `test` that raised `error`, as text."""
    number, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "test":
            number = trace.tb_lineno
        trace = trace.tb_next
    lines = test.splitlines()
    return lines[number - 1].strip()[:300] if 0 < number <= len(lines) else "the test failed"


def main():
    confine(json.loads(sys.argv[1]))
    receive, send = open_channel()
    send({"boot": ".".join(map(str, sys.version_info[:3]))})
    while (job := receive()) is not None:
        send(check(job, receive, send))


main()
