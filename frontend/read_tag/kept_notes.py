"""Labels that were kept lately, noted in the browser's tab, so that they can still be deleted after a reload.

A note is a prediction id, and the id alone entitles to delete the label: so notes stand neither in the page's address,
which people send to each other, nor where another tab or a later visit finds them.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from frontend.read_tag.visit import Visit

_NOTED: Final = 5  # labels at most

_SCRIPT: Final = """
export default function (component) {
  const { setStateValue, data } = component;
  try {
    if (data.ids !== null) {
      sessionStorage.setItem(data.name, JSON.stringify(data.ids));
    } else {
      const noted = JSON.parse(sessionStorage.getItem(data.name) || "[]");
      // Only then: every answer runs the page again.
      if (noted.length) setStateValue("noted", noted);
    }
  } catch (error) {
    // A browser without storage forgets.
  }
}
"""

_notes = st.components.v2.component("kept_notes", html="<div style='height:0'></div>", js=_SCRIPT, isolate_styles=False)


def note_kept(visit: Visit) -> None:
    """Note the labels that this visit has kept; a new visit first lists those that the tab noted before a reload."""
    visit.is_recalled = visit.is_recalled or bool(visit.kept)
    ids = list(visit.kept)[-_NOTED:] if visit.is_recalled else None
    answer = _notes(key="kept_notes", data={"name": "kept-labels", "ids": ids}, on_noted_change=lambda: None)
    if visit.is_recalled or not isinstance(answer.noted, list):
        return
    if visit.recall([note for note in answer.noted if isinstance(note, str)][-_NOTED:]):
        st.rerun()
