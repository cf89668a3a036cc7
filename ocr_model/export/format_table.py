"""Compiles the brands' code formats into one automaton, the table that the format prior reads.

The regular expressions become nondeterministic automata and then, without the spaces, minimal deterministic ones by
automata-lib (https://github.com/caleb531/automata, MIT); their product tells after each character which formats
the text so far still fits. Needed only when the formats change: the table is part of the repository.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automata.fa.dfa import DFA
from automata.fa.nfa import NFA

from ocr_model.codes.format_prior import FORMAT_TABLE, format_digest
from ocr_model.codes.formats import FORMATS, CodeFormat
from ocr_model.codes.text import CHARSET

_SYMBOLS = frozenset(CHARSET.replace(" ", ""))


def compile_format(pattern: str) -> DFA:
    """The minimal automaton of the texts that a format's pattern matches, their spaces left out.

    Raises:
        automata.base.exceptions.InvalidRegexError: the pattern describes no regular language.
    """
    # Capturing groups make no difference to the matching texts.
    printed = NFA.from_regex(pattern.replace("(?:", "("), input_symbols={*_SYMBOLS, " "})
    # A space leaves no character in a label: it becomes the empty step.
    steps: dict[int, dict[str, set[int]]] = {}
    for state, row in printed.transitions.items():
        steps[state] = {}
        for symbol, targets in row.items():
            steps[state].setdefault("" if symbol == " " else symbol, set()).update(targets)
    label = NFA(
        states=printed.states,
        input_symbols=set(_SYMBOLS),
        transitions=steps,
        initial_state=printed.initial_state,
        final_states=printed.final_states,
    )
    return DFA.from_nfa(label).to_partial(minify=True)


def compile_formats(formats: Sequence[CodeFormat] = FORMATS) -> dict[str, Any]:
    """All formats in one automaton.

    Returns:
        The table that `FormatPrior.load` reads: "digest"; "counts", per format the number of texts of each length; and
        "states", each with the "formats" that a text which ends there fits, and its "steps": pairs of characters
        and the state that they lead to.
    """
    automata = [compile_format(code_format.pattern) for code_format in formats]
    counts = [
        {
            str(length): count
            for length in range(_longest(automaton) + 1)
            if (count := automaton.count_words_of_length(length))
        }
        for automaton in automata
    ]
    start = tuple((number, automaton.initial_state) for number, automaton in enumerate(automata))
    numbers = {start: 0}
    queue = [start]
    states = []
    for group in queue:  # the loop appends to it
        targets: dict[int, str] = {}
        for symbol in sorted(_SYMBOLS):
            following = tuple(
                (number, target)
                for number, state in group
                if (target := automata[number].transitions[state].get(symbol)) is not None
            )
            if following:
                if following not in numbers:
                    numbers[following] = len(queue)
                    queue.append(following)
                targets[numbers[following]] = targets.get(numbers[following], "") + symbol
        ends = [number for number, state in group if state in automata[number].final_states]
        states.append({"formats": ends, "steps": [[characters, target] for target, characters in targets.items()]})
    return {"digest": format_digest(formats), "counts": counts, "states": states}


def _longest(automaton: DFA) -> int:
    longest: int | None = automaton.maximum_word_length()
    if longest is None:
        raise ValueError("a format with an unbounded repeat has no probability per text")
    return longest


def write_format_table(file: Path = FORMAT_TABLE) -> int:
    """Compile `FORMATS` into the table of the reader; returns its number of states."""
    table = compile_formats()
    lines = json.dumps(table).replace('{"formats"', '\n{"formats"')  # one state a line: a change can be reviewed
    unfinished = file.with_suffix(".part")  # a reader that starts meanwhile finds the whole table, before or after
    unfinished.write_text(lines + "\n", encoding="utf-8")
    unfinished.replace(file)
    states: int = len(table["states"])
    return states
