"""The loop under every fuzzer: make an input, try it under a clock, note what it does.

An input fails when the target raises anything at all, or takes longer than ``--slow`` seconds.
Invariant: the same seed and start give the same inputs.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Make = Callable[[random.Random], Any]
Target = Callable[[Any], object]


class TooSlow(BaseException):
    """Raised into a target that takes too long; no target catches it."""


@dataclass
class Tally:
    """What a run has tried and found; ``findings`` are (input, what it did)."""

    executions: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    findings: list[tuple[Any, str]] = field(default_factory=list)


def arguments(doc: str, extra: Callable[[argparse.ArgumentParser], None] | None = None) -> Any:
    """The options every fuzzer takes, with those of its own."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to go on")
    parser.add_argument("--executions", type=int, default=0, help="end after so many; 0: never")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=2.0, help="seconds that are too long")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that failed")
    if extra:
        extra(parser)
    return parser.parse_args()


def run(make: Make, target: Target, options: Any) -> Tally:
    """Try inputs until the time or the number of executions is up, or twenty have failed."""
    rng = random.Random(options.seed)
    tally = Tally()
    before = signal.signal(signal.SIGALRM, _too_slow)
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < options.seconds and len(tally.findings) < 20:
            if options.executions and tally.executions >= options.executions:
                break
            _once(make(rng), target, options.slow, tally)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    tally.seconds = time.monotonic() - begun
    return tally


def _too_slow(*_: object) -> None:
    raise TooSlow


def _once(data: Any, target: Target, slow: float, tally: Tally) -> None:
    tally.executions += 1
    began = time.process_time()
    # The clock of the processor, so that other programs make nothing slow.
    signal.setitimer(signal.ITIMER_REAL, 10 * slow)
    try:
        target(data)
    except TooSlow:
        tally.findings.append((data, f"took over {10 * slow:g} s"))
    except Exception:
        tally.findings.append((data, traceback.format_exc(limit=-4)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    took = time.process_time() - began
    tally.slowest = max(tally.slowest, took)
    if took > slow:
        tally.findings.append((data, f"took {took:.1f} s"))


def report(name: str, tally: Tally, options: Any) -> int:
    """Print what was tried and found; the exit code."""
    for number, (data, told) in enumerate(tally.findings):
        print(f"{data!r:.2000}\n{told}", file=sys.stderr)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            content = data if isinstance(data, bytes) else repr(data).encode()
            (options.keep / f"{name}-{options.seed}-{number}").write_bytes(content)
    print(
        f"{name}: {tally.executions:,} executions in {tally.seconds:,.0f} s, seed {options.seed}, "
        f"slowest {tally.slowest * 1000:,.0f} ms, {len(tally.findings)} findings"
    )
    return 1 if tally.findings else 0


ODD = (
    "\x00", "\ufeff", "\ud800", "\udfff", "\u202e", "\u200d", "\u0301", "\u2028", "\x1b[31m",
    "İ", "ß", "ﬁ", "🚓", "警察", "شرطة", "\U000e0041", "%s", "{}", "\\", "\r\n", "\t", "\x85",
)  # fmt: skip
"""Characters that programs trip over."""


def mutated(data: bytes, rng: random.Random, pieces: Sequence[bytes]) -> bytes:
    """``data`` with a few bytes flipped, cut, repeated, or replaced by one of ``pieces``."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        at = rng.randrange(len(changed) + 1)
        span = rng.choice((1, 2, 8, 64, 512))
        deed = rng.randrange(7)
        if deed == 0 and changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
        elif deed == 1:
            del changed[at : at + span]
        elif deed == 2:
            changed[at:at] = bytes(changed[at : at + span]) * rng.choice((1, 2, 50))
        elif deed == 3:
            changed[at:at] = rng.randbytes(rng.choice((1, 4, 32)))
        elif deed == 4:
            changed[at:at] = rng.choice(pieces)
        elif deed == 5:
            changed[at:at] = rng.choice(pieces) * rng.choice((2, 20, 500))
        else:
            changed[at : at + span] = rng.choice(pieces)
    return bytes(changed)
