"""Stands in front of checker.py and candidate.py: values as tagged JSON lines. No pickle, so only plain builtins cross."""

import itertools
import json
import math
import os
import sys

MAX_DEPTH = 100
MAX_ITEMS = 100_000


def encode(value, depth=0):
    """A JSON form of a builtin value or of a subclass of one, without the subclass. Raises TypeError on anything else."""
    if depth > MAX_DEPTH:
        raise TypeError("nested too deeply to be sent")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        number = float.__float__(value)
        return number if math.isfinite(number) else {"float": repr(number)}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, complex):
        return {"complex": [encode(value.real), encode(value.imag)]}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, range):
        return {"range": [value.start, value.stop, value.step]}
    if isinstance(value, dict):
        return {"dict": [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in dict.items(value)]}
    if type(value).__name__ in ("Fraction", "Decimal"):
        return {type(value).__name__: str(value)}
    for kind, tag in (list, None), (tuple, "tuple"), (set, "set"), (frozenset, "frozenset"), (type({}.keys()), "set"):
        if isinstance(value, kind):
            items = [encode(v, depth + 1) for v in kind.__iter__(value)]
            return {tag: items} if tag else items
    # What is left equals nothing, whatever its __eq__ says; a test may still put it through list() or tuple().
    if hasattr(type(value), "__iter__"):
        return {"iterator": [encode(v, depth + 1) for v in itertools.islice(value, MAX_ITEMS)]}
    raise TypeError(f"a value of type {type(value).__name__} is no answer")


def decode(data):
    """The value that `encode` made `data` from. Raises ValueError or TypeError on what `encode` cannot have written."""
    if isinstance(data, list):
        return [decode(v) for v in data]
    if not isinstance(data, dict):
        return data
    (tag, body), = data.items()
    if tag == "float":
        return float(body)
    if tag == "complex":
        return complex(*decode(body))
    if tag == "bytes":
        return bytes.fromhex(body)
    if tag == "range":
        return range(*body)
    if tag == "dict":
        return {decode(k): decode(v) for k, v in body}
    if tag == "Fraction":
        import fractions
        return fractions.Fraction(body)
    if tag == "Decimal":
        import decimal
        return decimal.Decimal(body)
    return {"tuple": tuple, "set": set, "frozenset": frozenset, "iterator": iter}[tag](decode(body))


class Nothing:
    """A file that is always at its end and keeps nothing that is written to it."""

    encoding, errors, closed, buffer = "utf-8", "replace", False, None

    def read(self, *_):
        return ""

    def readline(self, *_):
        return ""

    def write(self, text):
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False

    def __iter__(self):
        return iter(())


def open_channel():
    """(receive, send) for the judge's messages; receive() is None at the end. Standard input and output become empty."""
    lines, out = sys.stdin, sys.stdout
    if sys.platform != "wasi":
        # WASI has no dup(): there the channel stays on 0 and 1, where a program that writes to it spoils only its own answers.
        lines, out = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
        null = os.open(os.devnull, os.O_RDWR)
        for fd in 0, 1, 2:
            os.dup2(null, fd)
    lines.reconfigure(newline="\n")
    sys.stdin = sys.stdout = sys.stderr = sys.__stdin__ = sys.__stdout__ = sys.__stderr__ = Nothing()

    def send(message):
        out.write(json.dumps(message) + "\n")
        out.flush()

    def receive():
        line = lines.readline()
        return json.loads(line) if line else None

    return receive, send


def confine(limits):
    """Gives up root and sets the rlimits, for good. What a platform lacks is left out: WASI is limited from outside."""
    sys.path[:] = [entry for entry in sys.path if entry]
    if sys.platform in ("wasi", "win32"):
        return
    import resource
    wanted = {"CORE": 0, "FSIZE": 0, "NOFILE": 32, "AS": limits["memoryBytes"], "CPU": limits["cpuSeconds"]}
    for name, value in wanted.items():
        if value is not None:
            try:
                resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
            except (ValueError, OSError, AttributeError):
                if sys.platform == "linux":
                    raise
    if os.getuid() == 0:
        # The kernel does not hold root to a limit on processes.
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
