"""The one connection to the backend that all sessions of this process share."""

from __future__ import annotations

import os

import streamlit as st

from frontend.client.shopper import (
    DEFAULT_URL,
    BackendClient,
    BackendError,
    BackendRefusedError,
    BackendSlowError,
    BackendUnreachableError,
)
from frontend.confidence import SURE
from frontend.data_models.texts import DataTexts
from frontend.read_tag.texts import Texts


def backend() -> BackendClient:
    """The client for the address in `BACKEND_URL`, speaking for this session's shopper."""
    client = _client(os.environ.get("BACKEND_URL") or DEFAULT_URL)
    return client.on_behalf_of(st.context.ip_address)


@st.cache_resource(show_spinner=False)
def _client(url: str) -> BackendClient:
    return BackendClient(url)


def sure_confidence(client: BackendClient) -> float:
    """The confidence from which a line counts as sure: as measured for the model that reads, if anybody has."""
    try:
        threshold = _accept_threshold(client)
    except BackendError:
        threshold = None
    return SURE if threshold is None else threshold


# Another model may read from the next minute on.
@st.cache_data(ttl=60, show_spinner=False)
def _accept_threshold(_client: BackendClient) -> float | None:
    return _client.accept_threshold()


def failure_sentence(error: BackendError, texts: Texts) -> str:
    """What to tell the shopper about a failed request, in one sentence."""
    match error:
        case BackendRefusedError(kind="bad-text" | "text-required" | "bad-code"):
            return texts.refused_text
        case BackendRefusedError(status=400 | 413 | 415 | 422):
            return texts.refused_picture
        case _:
            return _common_sentence(error, texts)


def team_failure_sentence(error: BackendError, texts: DataTexts) -> str:
    """What to tell the team about a failed request, in one sentence."""
    match error:
        case BackendRefusedError(status=401):
            return texts.entry_wrong
        case _:
            return _common_sentence(error, texts)


def _common_sentence(error: BackendError, texts: Texts | DataTexts) -> str:
    """What either page says in its own words."""
    match error:
        case BackendUnreachableError():
            return texts.unreachable
        case BackendSlowError():
            return texts.slow
        case BackendRefusedError(status=429):
            return texts.too_many_requests
        case _:
            return texts.refused
