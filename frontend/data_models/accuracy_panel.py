"""How well champion and challenger of each cycle read, as a plot and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import streamlit as st

from frontend.client.team import TeamClient
from frontend.client.team_answers import Cycle, Reason, Score
from frontend.clock import stamp
from frontend.data_models.figures import Cell, interval, points, share, show_table
from frontend.data_models.reasons import reason_in
from frontend.data_models.texts import DataTexts

# Blue and orange that stand out from light and from dark ground; shapes say the same without colour.
_COLOURS: Final = ("#738393", "#1f7fd6", "#cf5f1d")
_SHAPES: Final = ("diamond", "circle", "cross")
_HEIGHT: Final = 400  # CSS pixels, the legend included


def show_accuracy(cycles: Sequence[Cycle], texts: DataTexts, client: TeamClient) -> None:
    """Draw the plot of one evaluation set, the table of all cycles, and the reports to get."""
    st.header(texts.accuracy_title, anchor=False)
    if not cycles:
        st.info(texts.accuracy_none, icon=":material/query_stats:")
        return
    # By its English name, which reports of every release have.
    sets: dict[str, Reason] = {}
    for cycle in reversed(cycles):
        for score in cycle.scores:
            sets.setdefault(score.set.text, score.set)
    chosen = next(iter(sets), "")
    if len(sets) > 1:
        chosen = st.selectbox(
            texts.accuracy_set,
            list(sets),
            format_func=lambda name: reason_in(texts.language, sets[name]),
            placeholder=texts.choose,
            key="accuracy-set",
        )
    names = cycle_names(cycles)
    scores = {cycle.id: score for cycle in cycles for score in cycle.scores if score.set.text == chosen}
    if scores:
        st.altair_chart(accuracy_chart(cycles, names, scores, texts), width="stretch")
        st.caption(texts.accuracy_note)
    _show_table(cycles, names, scores, texts)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        cycle = st.selectbox(
            texts.report_label,
            list(reversed(cycles)),
            format_func=lambda cycle: f"{names[cycle.id]} · {texts.outcomes[cycle.outcome]} · {_time(cycle)}",
            placeholder=texts.choose,
            key="report-of",
        )
        st.download_button(
            texts.report_button,
            data=lambda: client.report(cycle.id),
            file_name=f"{cycle.id}.html",
            mime="text/html",
            icon=":material/download:",
            key=f"report-{cycle.id}",
        )


def cycle_names(cycles: Sequence[Cycle]) -> dict[str, str]:
    """The name of each cycle by its id: its version, numbered where several cycles trained on one version."""
    tries: Counter[str] = Counter()
    names = {}
    for cycle in cycles:
        tries[cycle.version] += 1
        names[cycle.id] = cycle.version if tries[cycle.version] == 1 else f"{cycle.version} ({tries[cycle.version]})"
    return names


def accuracy_chart(
    cycles: Sequence[Cycle], names: dict[str, str], scores: dict[str, Score], texts: DataTexts
) -> alt.LayerChart | alt.FacetChart:
    """A point with its interval for the champion and the challenger of each cycle.

    Args:
        cycles: The oldest first.
        names: Names of the cycles, by id.
        scores: Scores of one set, by cycle; cycles without a score are left out.
        texts: The language.
    """
    series = [texts.series_champion] + [
        texts.series_challenger.format(outcome=texts.outcomes[outcome]) for outcome in ("accepted", "rejected")
    ]
    values: list[dict[str, Any]] = []
    for cycle in cycles:
        score = scores.get(cycle.id)
        if score is None or not score.crops:
            continue
        for who, right in ((0, score.champion_right), (1, score.challenger_right)):
            low, high = interval(right, score.crops)
            place = 0 if who == 0 else 1 if cycle.outcome == "accepted" else 2
            values.append(
                {
                    "version": names[cycle.id],
                    "series": series[place],
                    "who": who,
                    "accuracy": round(100 * right / score.crops, 2),
                    "low": low,
                    "high": high,
                    "crops": score.crops,
                    "model": str(cycle.champion if who == 0 else cycle.challenger),
                }
            )
    base = alt.Chart(alt.InlineData(values)).encode(
        x=alt.X(
            "version:N",
            sort=list(names.values()),
            title=texts.column_version,
            axis=alt.Axis(labelAngle=0, description=texts.column_version),
        ),
        xOffset=alt.XOffset("who:N", scale=alt.Scale(paddingOuter=0.6)),
        color=alt.Color(
            "series:N",
            scale=alt.Scale(domain=series, range=list(_COLOURS)),
            legend=alt.Legend(
                title=None, orient="bottom", columns=1, labelLimit=400, symbolOpacity=1, description=", ".join(series)
            ),
        ),
    )
    scale = alt.Scale(zero=False, nice=True)
    bars = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        y=alt.Y("low:Q", title=texts.axis_accuracy, scale=scale, axis=alt.Axis(description=texts.axis_accuracy)),
        y2="high:Q",
    )
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        shape=alt.Shape("series:N", scale=alt.Scale(domain=series, range=list(_SHAPES)), legend=None),
        tooltip=[
            alt.Tooltip("version:N", title=texts.column_version),
            alt.Tooltip("model:N", title=texts.column_model),
            alt.Tooltip("accuracy:Q", title=texts.axis_accuracy, format=".1f"),
            alt.Tooltip("crops:Q", title=texts.column_crops),
        ],
    )
    return alt.layer(bars, dots).properties(height=_HEIGHT, description=texts.accuracy_title)


def _show_table(cycles: Sequence[Cycle], names: dict[str, str], scores: dict[str, Score], texts: DataTexts) -> None:
    columns = (
        texts.column_version,
        texts.column_verdict,
        texts.column_crops,
        texts.column_champion,
        texts.column_challenger,
        texts.column_difference,
        texts.column_ended,
        texts.column_reason,
    )
    rows = []
    for cycle in reversed(cycles):
        score = scores.get(cycle.id)
        figures = [Cell("–", "number")] * 4
        if score is not None:
            figures = [
                Cell(f"{score.crops:,}", "number"),
                Cell(share(score.champion_right, score.crops), "number"),
                Cell(share(score.challenger_right, score.crops), "number"),
                Cell(points(score.difference, score.low, score.high), "number"),
            ]
        rows.append(
            [
                Cell(names[cycle.id], "name"),
                Cell(texts.outcomes[cycle.outcome], f"pill {cycle.outcome}"),
                *figures,
                Cell(_time(cycle), "time"),
                Cell(reason_in(texts.language, cycle.reason), "why"),
            ]
        )
    show_table(columns, rows, texts.language)


def _time(cycle: Cycle) -> str:
    return stamp(cycle.finished_at, st.context.timezone)
