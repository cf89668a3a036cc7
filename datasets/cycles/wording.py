"""English for the reasons that cycles and champions store: for reports, command lines, and the team's API.

The page words the same reasons in Korean from their kinds and values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from datasets.reason import Reason
from datasets.samples.damage import describe_damage

_Values = Mapping[str, Any]  # of a reason; reasons among them are already worded


def in_english(reason: Reason) -> str:
    """The sentence of a reason; for a kind that this release does not know, its kind and values."""
    values = {name: in_english(value) if isinstance(value, Reason) else value for name, value in reason.values.items()}
    sentence = _SENTENCES.get(reason.kind)
    try:
        if isinstance(sentence, str):
            return sentence.format_map(values)
        if sentence is not None:
            return sentence(values)
    except (KeyError, TypeError, ValueError):  # another release has written other values
        pass
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    return f"{reason.kind.replace('_', ' ')}: {told}" if told else reason.kind.replace("_", " ")


def _p(values: _Values) -> str:
    return f"{values['p']:.2g}" if values["p"] >= 0.0001 else "below 0.0001"


def _gain(values: _Values) -> str:
    return "{fixed} errors fixed and {broken} new ones on {crops} crops that shoppers confirmed".format_map(values)


def _counts(values: _Values) -> str:
    return "{fixed} fixed, {broken} broken of {crops} crops".format_map(values)


def _harm(values: _Values) -> str:
    return f"{_counts(values)}, p = {_p(values)}"


def _loss(values: _Values) -> str:
    return f"{_counts(values)}, so the loss may be up to {values['most']:.1f} points, more than {values['margin']:g}"


def _where(values: _Values) -> str:
    return f"{values['set']} (and {values['more']} more)" if values["more"] else str(values["set"])


def _accepted(values: _Values) -> str:
    others = values["others"]
    harmless = f"not worse on any of {others} other sets and slices" if others else "there is no other set"
    return f"Accepted: {_gain(values)}: p = {_p(values)}; {harmless}."


def _too_few_tags(values: _Values) -> str:
    counts = "{better} are read better and {worse} worse".format_map(values)
    return f"too few tags tell: {counts} (p = {_p(values)}, needed below {values['level']:g})"


def _moved(values: _Values) -> str:
    moved = "the champion was changed while the cycle ran, so the comparison no longer holds; run it again"
    return f"Not promoted: {moved}." + (f" It had been: {values['before']}" if values["before"] else "")


def _schedule(values: _Values) -> str:
    since = "none before"
    if values["last"] is not None:
        since = f"the last one ended {datetime.fromisoformat(values['last']).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    every = str(timedelta(seconds=values["every"])).removesuffix(", 0:00:00")
    return f"one every {every}, {since}; {values['new']} new labels"


def _length(values: _Values) -> str:
    bounds = f"{values['low']} or more" if values["high"] is None else f"{values['low']} to {values['high']}"
    return f"{values['of']}, {bounds} characters"


_SENTENCES: Mapping[str, str | Callable[[_Values], str]] = {
    "words": "{text}",
    # what was decided
    "accepted": _accepted,
    "harms": lambda values: f"Rejected: it harms {_where(values)}: {_harm(values)}.",
    "not_better": lambda values: f"Rejected: not shown to be better: {_gain(values)}: {values['why']}.",
    "not_harmless": lambda values: (
        f"Rejected: better on the holdout, but not shown to be harmless on {_where(values)}: {_loss(values)}."
    ),
    # why a set or slice was judged as it was
    "holdout_empty": "the holdout is empty",
    "fixes_no_more": "it fixes no more than it breaks",
    "within_noise": lambda values: f"within noise (p = {_p(values)}, needed below {values['level']:g})",
    "too_few_tags": _too_few_tags,
    "interval_reaches": "the interval of the difference reaches down to {low:+.1f} points",
    "better": lambda values: f"p = {_p(values)}",
    "worse": _harm,
    "no_harm_seen": lambda values: f"{_counts(values)}: no harm is seen",
    "not_worse": _counts,
    "unclear": _loss,
    # how a cycle ended otherwise
    "moved": _moved,
    "failed": "Failed in stage {stage}: {cause}",
    "failed_before_start": "Failed before it began: {cause}",
    "disk_full": "the disk is full: {detail}",
    "nothing_to_train": "version {version} holds nothing to train on",
    "too_damaged": lambda values: describe_damage(**values),
    # why a cycle began, or a champion changed
    "corrections": "{corrected} new corrected labels, {enough} are enough",
    "correction_rate": "{rate:.1f} % of the last {count} readings were corrected, the band ends at {band:g} %",
    "confidence": "the last {count} readings have a mean confidence of {mean:.3f}, the band begins at {band:g}",
    "schedule": _schedule,
    "once": "asked for once; {new} new labels",
    "project": "a version of the project {project}",
    "project_why": "a version of the project {project}: {why}",
    "command_line": "asked for on the command line",
    "shipped": "shipped",
    "canary_corrections": (
        "shoppers corrected {challenger_corrected} of {challenger_confirmed} of its readings, "
        "and {champion_corrected} of {champion_confirmed} of the champion's"
    ),
    "canary_failures": (
        "it failed on {challenger_failed} of {challenger_read} readings, "
        "the champion on {champion_failed} of {champion_read}"
    ),
    # by whom
    "trigger": lambda values: f"trigger: {values['trigger'].replace('_', ' ')}",
    "page": "the team's page",
    "backend": "a backend, by itself",
    # sets of evaluation and their slices
    "holdout": "collected holdout",
    "recipe": "recipe {recipe}",
    "slice_brand": "{of}, brand {brand}",
    "slice_status": "{of}, status {status}",
    "slice_length": _length,
    "slice_no_text": "{of}, no text",
    "slice_separators": "{of}, separators too",
}
