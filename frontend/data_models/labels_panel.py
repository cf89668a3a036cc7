"""How often shoppers correct readings, and how confident the readings are, over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import altair as alt
import streamlit as st

from frontend.client.team_answers import ChampionEntry, Labels, Period
from frontend.clock import local
from frontend.data_models.texts import DataTexts

_DAY, _BLOCK = "day", "block"
_AT = "%Y-%m-%d %H:%M:%S"  # the charts read it in the browser's time zone
_MOST_TICKS = 12
_COLOURS: Final = ("#cf5f1d", "#1f7fd6")


def show_labels(labels: Labels, champions: Sequence[ChampionEntry], texts: DataTexts) -> None:
    """Draw both curves, by day or by so many labels in a row."""
    st.header(texts.labels_title, anchor=False)
    if not labels.days:
        st.info(texts.labels_none, icon=":material/label_off:")
        return
    names = {_DAY: texts.by_day, _BLOCK: texts.by_block.format(count=labels.block)}
    step = st.segmented_control(
        texts.axis_time,
        [_DAY, _BLOCK],
        # Too few days make no curve; blocks of labels do.
        default=_DAY if len(labels.days) >= min(7, len(labels.blocks)) else _BLOCK,
        required=True,
        format_func=lambda value: names[value],
        label_visibility="collapsed",
        key="labels-step",
    )
    periods = labels.days if step == _DAY else labels.blocks
    st.altair_chart(labels_chart(periods, champions, texts, st.context.timezone, by_day=step == _DAY), width="stretch")
    st.caption(texts.labels_note)


def labels_chart(
    periods: Sequence[Period],
    champions: Sequence[ChampionEntry],
    texts: DataTexts,
    timezone: str | None,
    *,
    by_day: bool,
) -> alt.LayerChart | alt.FacetChart:
    """Correction rate and mean confidence in percent, with a line where the champion changed.

    Args:
        periods: The oldest first.
        champions: The history; changes outside the periods are left out.
        texts: The language.
        timezone: The time zone of the reader's browser.
        by_day: Whether a period is a day of UTC rather than so many labels.
    """
    series = [texts.series_corrected, texts.series_confidence]
    # A day is the day of the labels' clock everywhere; other periods stand where they end.
    times = [
        period.start.replace(hour=12, minute=0, second=0) if by_day else local(period.end, timezone)
        for period in periods
    ]
    shown = "%m-%d" if by_day else "%m-%d %H:%M"
    values: list[dict[str, Any]] = []
    for period, time in zip(periods, times, strict=True):
        at = time.strftime(_AT)
        for name, value in zip(series, (period.corrected / period.labels, period.confidence), strict=True):
            values.append({"at": at, "series": name, "share": round(100 * value, 2), "labels": period.labels})
    first, last = periods[0].start, periods[-1].end
    changes = [
        {"at": _local(entry.at, timezone), "model": str(entry)} for entry in champions if first <= entry.at <= last
    ]
    base = alt.Chart(alt.InlineData(values)).encode(
        x=alt.X(
            "at:T",
            title=None,
            axis=alt.Axis(format=shown, values=_ticks(times, shown), labelOverlap=True, description=texts.axis_time),
        ),
        y=alt.Y(
            "share:Q",
            title=texts.axis_share,
            scale=alt.Scale(domain=[0, 100]),
            axis=alt.Axis(description=texts.axis_share),
        ),
        color=alt.Color(
            "series:N",
            scale=alt.Scale(domain=series, range=list(_COLOURS)),
            legend=alt.Legend(title=None, orient="bottom", labelLimit=300, description=", ".join(series)),
        ),
    )
    lines = base.mark_line(strokeWidth=2)
    dots = base.mark_point(filled=True, size=55, opacity=1).encode(
        shape=alt.Shape("series:N", scale=alt.Scale(domain=series, range=["circle", "square"]), legend=None),
        tooltip=[
            alt.Tooltip("series:N", title=" "),
            alt.Tooltip("share:Q", title=texts.axis_share, format=".1f"),
            alt.Tooltip("labels:Q", title=texts.tile_labels),
            alt.Tooltip("at:T", title=texts.axis_time, format="%Y-%m-%d" if by_day else "%Y-%m-%d %H:%M"),
        ],
    )
    rules = (
        alt.Chart(alt.InlineData(changes))
        .mark_rule(strokeDash=[4, 4], color="#738393")
        .encode(x="at:T", tooltip=[alt.Tooltip("model:N", title=texts.column_model)])
    )
    return alt.layer(rules, lines, dots).properties(height=320, description=texts.labels_title)


def _ticks(times: Sequence[datetime], shown: str) -> list[alt.DateTime]:
    """Times with different labels, evenly chosen: a few days or minutes would get several ticks with the same label."""
    different = list({time.strftime(shown): time for time in reversed(times)}.values())[::-1]
    chosen = different[:: math.ceil(len(different) / _MOST_TICKS)]
    return [
        alt.DateTime(
            year=time.year,
            month=time.month,
            date=time.day,
            hours=time.hour,
            minutes=time.minute,
            seconds=time.second,
        )
        for time in chosen
    ]


def _local(at: datetime, timezone: str | None) -> str:
    return local(at, timezone).strftime(_AT)
