"""The measurement of an attack: rounds in quiet and under attack by turns, on a backend of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.attack.attack import Attack, BadDay, Target, attacking
from benchmarks.attack.results import AttackResult
from benchmarks.attack.shoppers import Answer, Shoppers
from benchmarks.attack.victim import running_victim

Say = Callable[[str], None]


@dataclass(frozen=True)
class Times:
    """Durations in seconds."""

    rounds: int = 3  # pairs of a quiet and an attacked round
    quiet: float = 1.2  # of a quiet round
    attacked: float = 2.0  # of an attacked round
    calm: float = 15.0  # until the backend must answer again after a round
    bad_day: float = 3.0  # of the readings on a bad day, and before it


def measure(attack: Attack | BadDay, times: Times, say: Say) -> AttackResult:
    """Run an attack against a backend of its own and return its figures.

    Args:
        attack: The attack.
        times: Durations.
        say: Gets a word about what happens now.
    """
    began = time.monotonic()
    result = AttackResult(attack.name, attack.title, most_megabytes=attack.most_megabytes)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        if isinstance(attack, BadDay):
            _bad_day(attack, times, say, Path(scratch), result)
        else:
            _rounds(attack, times, say, Path(scratch), result)
    result.seconds = time.monotonic() - began
    return result


def _rounds(attack: Attack, times: Times, say: Say, folder: Path, result: AttackResult) -> None:
    say("preparing")
    attack.prepare()
    with (
        running_victim(folder, attack.settings, limits=attack.limits) as victim,
        Shoppers(victim.url) as shoppers,
    ):
        target = Target(victim, folder)
        shoppers.wait(times.calm)
        shoppers.read_for(times.quiet / 3)  # The first readings are slower.
        for number in range(times.rounds):
            say(f"round {number + 1}, quiet")
            result.quiet.append(shoppers.read_for(times.quiet))
            say(f"round {number + 1}, attacked")
            began = time.monotonic()
            with attacking(attack, target, times.calm):
                result.attacked.append(shoppers.read_for(times.attacked))
            left = times.calm - (time.monotonic() - began - times.attacked)
            if victim.killed_for is None and not shoppers.wait(max(1.0, left), alive=victim.is_alive):
                victim.kill(f"no answer {times.calm:g} s after round {number + 1}")
            if victim.killed_for is not None:
                target.faults.append(f"the backend was ended: {victim.killed_for}")
                break
        else:
            say("finishing")
            attack.finish(target)
        _note(result, target)


def _bad_day(attack: BadDay, times: Times, say: Say, folder: Path, result: AttackResult) -> None:
    settings = attack.settings(folder)
    say("a good start")
    with running_victim(folder, settings) as victim, Shoppers(victim.url) as shoppers:
        target = Target(victim, folder)
        shoppers.wait(times.calm)
        shoppers.read_for(times.quiet / 3)
        result.quiet += [shoppers.read_for(times.bad_day)] * attack.starts
        attack.strike(target)
        _note(result, target)
    with attack.spoil(folder) as (spoilt, limits):
        for number in range(attack.starts):
            say(f"bad day, start {number + 1}")
            try:
                with running_victim(folder, settings | spoilt, limits=limits, ready="/healthz") as victim:
                    target = Target(victim, folder)
                    with Shoppers(victim.url) as shoppers:
                        if not shoppers.wait(times.calm, alive=victim.is_alive):
                            raise RuntimeError(victim.last_line)
                        shoppers.read_for(times.quiet)  # What else belongs to a start ends meanwhile.
                        result.attacked.append(shoppers.read_for(times.bad_day))
                    attack.finish(target)
                    _note(result, target)
            except RuntimeError as error:
                last = str(error).strip().splitlines()[-1]
                result.faults.append(f"the backend does not start: {last:.160}")
                result.attacked.append([Answer(0.0, 0)])
                return


def _note(result: AttackResult, target: Target) -> None:
    """Add the figures of a backend that still runs."""
    for outcome, count in target.outcomes.items():
        result.outcomes[outcome] = result.outcomes.get(outcome, 0) + count
    result.faults += target.faults
    result.peak_megabytes = max(result.peak_megabytes, target.victim.peak_megabytes)
    with suppress(OSError):
        result.log_bytes += target.victim.log_bytes
