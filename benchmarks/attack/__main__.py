"""Attacks a running backend in every way that is known here, and measures what ordinary shoppers notice of it.

    python -m benchmarks.attack [--only jpeg-scans] [--out docs/attacks]

Every attack gets a backend of its own on 127.0.0.1, is limited in time, and is killed beyond 3 GB. Prints per attack
the ordinary readings answered meanwhile, their 99th percentile beside the one in quiet, the answers to the attackers,
the memory of the backend with its child processes, and the size of its log. Takes about five minutes; Ctrl-C stops
it, and the same command goes on with the attacks that are left. Needs Linux and the development environment.

Exit status: 1 if an ordinary reading failed, became three times as slow, or the memory target was missed; a sentence
names it. 130 if it was stopped.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tqdm import tqdm

from benchmarks.attack import results as kept
from benchmarks.attack.attack import Attack, BadDay
from benchmarks.attack.catalogue import ATTACKS, NAMES
from benchmarks.attack.measurement import Times, measure
from benchmarks.attack.results import AttackResult
from benchmarks.attack.table import page, table
from benchmarks.report import busyness, processor

_STATE = Path("var/attacks/results.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the attacks; return the exit status."""
    options = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    finished = kept.load(options.state)
    chosen = [attack for attack in ATTACKS if not options.only or attack.name in options.only]
    times = Times(rounds=options.rounds)
    try:
        with tqdm(chosen, unit="attack", file=sys.stderr, dynamic_ncols=True) as bar:
            for attack in bar:
                if attack.name in finished:
                    continue
                result = measure(attack(), times, partial(_show, bar, attack.name))
                finished[result.name] = result
                kept.save(options.state, list(finished.values()))
    except KeyboardInterrupt:
        print("\nStopped; the same command continues.", file=sys.stderr)
        return 130
    results = [finished[attack.name] for attack in chosen]
    print(table(results))
    if options.out is not None:
        _write(results, options.out, f"{processor()}, Python {platform.python_version()}, {busyness(load)}")
    options.state.unlink()
    missed = [sentence for result in results for sentence in result.shortcomings()]
    for sentence in missed:
        print(f"Missed: {sentence}", file=sys.stderr)
    return 1 if missed else 0


def _show(bar: tqdm[type[Attack | BadDay]], name: str, word: str) -> None:
    bar.set_postfix_str(f"{name}: {word}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attack", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of a quiet and an attacked round (default: 3)")
    parser.add_argument("--out", type=Path, help="write PATH.md and PATH.png")
    parser.add_argument(
        "--state", type=Path, default=_STATE, help=f"keeps the results of a run that is stopped (default: {_STATE})"
    )
    return parser


def _write(results: Sequence[AttackResult], out: Path, measured_on: str) -> None:
    from benchmarks.attack.plot import draw

    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_name(out.name + ".md").write_text(page(results, measured_on, out.name + ".png"), encoding="utf-8")
    draw(results, out.with_name(out.name + ".png"))
    print(f"wrote {out}.md and {out}.png", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
