"""The day as Markdown, and whether it has shown everything."""

from __future__ import annotations

from benchmarks.team_day.crops import KINDS
from benchmarks.team_day.day import DayResult
from benchmarks.team_day.looking import STEPS

_FOUND = 0.75  # share of the wrong labels that the team shall find


def write_table(day: DayResult) -> str:
    """All figures of the day."""
    return "\n\n".join([_looking(day), _steps(day), _cycle(day)]) + "\n"


def shortcomings(day: DayResult) -> list[str]:
    """What the day has not shown; empty if all is well."""
    lacking = []
    total, wrong = sum(day.results.values()), len(day.wrong)
    if total != day.sizes.crops + 1 or day.results["refused"]:
        lacking.append(f"of {day.sizes.crops + 1} files {total} have a result, {day.results['refused']} are refused")
    if wrong != day.sizes.wrong:
        lacking.append(f"{wrong} wrong labels were kept, not {day.sizes.wrong}")
    if day.seen < _FOUND * wrong:
        lacking.append(f"{day.seen} of {wrong} wrong labels were found among {day.looked} crops")
    if day.copies + day.near < day.sizes.twice // 2:
        lacking.append(f"{day.copies + day.near} of {day.sizes.twice} copies were found")
    if day.left != wrong - day.fixed:
        lacking.append(f"{day.left} labels are wrong after {day.fixed} of {wrong} were fixed")
    if not day.frozen or day.outcome not in ("accepted", "rejected"):
        lacking.append(f"the cycle on {day.version} ended {day.outcome or 'without a verdict'}")
    if day.allowed or not day.touching:
        lacking.append(f"a viewer may {', '.join(day.allowed)}")
    return lacking


def _looking(day: DayResult) -> str:
    """How many of the wrong labels are seen, by way and by crops looked at."""
    head = f"| way of looking ({len(day.wrong)} labels of {len(day.kinds)} are wrong) | crops |"
    rows = [
        head + "".join(f" first {step} |" for step in STEPS) + " precision of the first 40 |",
        "|---|---|" + "---|" * (len(STEPS) + 1),
    ]
    for way in day.ways:
        cells = [str(way.seen_after(day.wrong, step)) for step in STEPS]
        shown = min(40, len(way.crops))
        precision = f"{way.seen_after(day.wrong, 40) / shown:.0%}" if shown else "-"
        rows.append(f"| {way.name} | {len(way.crops)} | {' | '.join(cells)} | {precision} |")
    return "\n".join(rows)


def _steps(day: DayResult) -> str:
    kinds = ", ".join(f"{sum(kind == name for kind in day.kinds.values())} {title}" for name, title in KINDS.items())
    results = ", ".join(f"{count} {name}" for name, count in sorted(day.results.items()))
    way = next((way for way in day.ways if "in turn" in way.name), None)
    missed = {} if way is None else _missed(day, set(way.crops[: day.looked]))
    rows = [
        ("held before", f"{day.sizes.held} photographed tags"),
        ("uploaded", f"a zip of {day.sizes.crops} crops and a table: {results}"),
        ("kinds", kinds),
        (
            "copies found",
            f"{day.copies} by the upload (same pixels) and {day.near} by the list of near-duplicates, of "
            f"{day.sizes.twice}; the list names {day.near_listed} crops of the upload",
        ),
        ("wrong labels found", f"{day.seen} of {len(day.wrong)} among the first {day.looked} crops looked at"),
        ("missed", ", ".join(f"{count} {slip}" for slip, count in missed.items()) or "none"),
        ("fixed", f"{day.fixed}; wrong after that: {day.left}"),
        ("tagged", f"{day.tagged} labels"),
        ("lasso around dot-matrix print", f"{day.lasso} crops, {day.lasso_right} of that kind ({day.method} map)"),
        (
            "frozen",
            f"{day.version}: {', '.join(f'{count} {side}' for side, count in day.frozen.items())}; "
            f"{day.left_out} wait for a second look",
        ),
        ("a viewer touches", f"{day.touching} routes; other answers than 403: {', '.join(day.allowed) or 'none'}"),
        ("seconds", ", ".join(f"{name} {seconds:.0f}" for name, seconds in day.seconds.items())),
    ]
    return "\n".join(["| step | outcome |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)])


def _cycle(day: DayResult) -> str:
    rows = [
        f"The cycle on {day.version}: {day.outcome} ({day.reason}).",
        "",
        "| set | crops | champion | challenger | |",
    ]
    rows.append("|---|---|---|---|---|")
    rows += [
        f"| {score.set} | {score.crops} | {score.champion} | {score.challenger} | {score.verdict} |"
        for score in day.scores
    ]
    return "\n".join(rows)


def _missed(day: DayResult, looked: set[str]) -> dict[str, int]:
    slips = [slip for digest, slip in day.slips.items() if digest not in looked]
    return {slip: slips.count(slip) for slip in sorted(set(slips))}
