"""The connection to the backend that all sessions of this process share, as this session's clients use it."""

from __future__ import annotations

import os

import streamlit as st

from frontend.client.connection import DEFAULT_URL, Connection
from frontend.client.failures import BackendError
from frontend.client.shopper import ShopperClient
from frontend.confidence import SURE


def backend() -> Connection:
    """The connection to the address in `BACKEND_URL`, on behalf of this session's shopper."""
    return _connection(backend_url()).on_behalf_of(st.context.ip_address)


def backend_url() -> str:
    """The address of the backend."""
    return os.environ.get("BACKEND_URL") or DEFAULT_URL


@st.cache_resource(show_spinner=False)
def _connection(url: str) -> Connection:
    return Connection(url)


def sure_confidence(client: ShopperClient) -> float:
    """The confidence from which a line counts as sure, as measured for the model that reads, else the usual one."""
    try:
        threshold = _accept_threshold(client)
    except BackendError:
        threshold = None
    return SURE if threshold is None else threshold


# Another model may read from the next minute on.
@st.cache_data(ttl=60, show_spinner=False)
def _accept_threshold(_client: ShopperClient) -> float | None:
    return _client.accept_threshold()
