"""The backend over HTTP: one method per request, answers as frozen values, failures as one small tree.

BackendError
├── BackendUnreachableError   nobody listens, or the connection broke
├── BackendSlowError          no answer within the time-out
└── BackendRefusedError       an answer that is not a success (RFC 9457), or no JSON
    └── PredictionExpiredError  the backend no longer holds the picture of this reading
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote

import requests

from frontend.pictures import Cut

DEFAULT_URL: Final = "http://127.0.0.1:8000"
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 12.0

LabelStatus = Literal["accepted", "corrected", "unreadable"]

__all__ = [
    "BackendClient",
    "BackendError",
    "BackendRefusedError",
    "BackendSlowError",
    "BackendUnreachableError",
    "BrandFormat",
    "Candidate",
    "Character",
    "Kept",
    "LabelStatus",
    "PredictionExpiredError",
    "PriceAnswer",
    "Product",
    "Reading",
    "SearchLink",
]


class BackendError(Exception):
    """Anything that kept the backend from answering."""


class BackendUnreachableError(BackendError):
    """Nobody listens at the address, or the connection broke."""


class BackendSlowError(BackendError):
    """No answer within the time-out."""


class BackendRefusedError(BackendError):
    """An answer other than success.

    Attributes:
        status: The HTTP status.
        kind: The problem's `kind`, or "" when the answer was no problem document.
    """

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(f"{status} {kind}: {detail}")
        self.status = status
        self.kind = kind


class PredictionExpiredError(BackendRefusedError):
    """The backend forgot this reading's picture; the label must carry it."""


@dataclass(frozen=True)
class Character:
    """One character and the probability that it is right."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Candidate:
    """Another reading of the same crop."""

    text: str
    code: str
    confidence: float


@dataclass(frozen=True)
class BrandFormat:
    """A brand whose code format fits."""

    brand: str
    name: str
    code: str


@dataclass(frozen=True)
class Reading:
    """What the recognizer read: `text` is "" where it found none; confidences are probabilities."""

    id: str
    text: str
    code: str
    confidence: float
    characters: tuple[Character, ...]
    candidates: tuple[Candidate, ...]
    formats: tuple[BrandFormat, ...]
    model: str
    milliseconds: float


@dataclass(frozen=True)
class Kept:
    """A label as the store holds it. `completed` says that the backend added the rest of the line."""

    prediction_id: str
    status: LabelStatus
    text: str
    code: str
    completed: bool


@dataclass(frozen=True)
class Product:
    """An offer. `price` is in whole units of `currency`; None when the shop names none."""

    name: str
    image: str
    price: int | None
    currency: str
    mall: str
    url: str
    fetched_at: datetime | None
    is_match: bool


@dataclass(frozen=True)
class SearchLink:
    """A ready-made search for the code."""

    name: str
    url: str


@dataclass(frozen=True)
class PriceAnswer:
    """Offers for a code, or `reason` (a kind) why there are none, and search links in any case."""

    code: str
    products: tuple[Product, ...]
    reason: str | None
    searches: tuple[SearchLink, ...]


class BackendClient:
    """Requests to one backend; may be shared by threads."""

    def __init__(self, base_url: str = DEFAULT_URL, *, read_seconds: float = READ_SECONDS) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._headers: dict[str, str] = {}
        self._session = requests.Session()
        # The backend is our own neighbour: a proxy from the environment must not see the pictures.
        self._session.trust_env = False

    def on_behalf_of(self, address: str | None) -> BackendClient:
        """The same connection, naming the shopper's address.

        The backend's limit per client would count all shoppers as one otherwise; it believes the header only
        if it is told to trust this machine.
        """
        if not address:
            return self
        client = copy(self)
        client._headers = {"X-Forwarded-For": address}
        return client

    def read(self, cut: Cut) -> Reading:
        """Read the text on a cut.

        Raises:
            BackendError: There is no reading.
        """
        body = self._request("POST", "/v1/predictions", cut=cut)
        with _Understood():
            return Reading(
                id=str(body["id"]),
                text=str(body["text"]),
                code=str(body["code"]),
                confidence=float(body["confidence"]),
                characters=tuple(Character(str(c["text"]), float(c["confidence"])) for c in body["characters"]),
                candidates=tuple(
                    Candidate(str(c["text"]), str(c["code"]), float(c["confidence"]))
                    for c in body["candidates"]
                    if c["text"]
                )[:5],
                formats=tuple(BrandFormat(str(f["brand"]), str(f["name"]), str(f["code"])) for f in body["formats"]),
                model=f"{body['model']['name']} {body['model']['version']}".strip(),
                milliseconds=float(body["milliseconds"].get("total", 0.0)),
            )

    def label(self, reading: Reading, status: LabelStatus, text: str, cut: Cut) -> Kept:
        """Keep the cut with its label; the picture travels again only if the backend has forgotten it.

        Args:
            reading: The reading that the label belongs to.
            status: The shopper's verdict.
            text: The whole line; only sent for "corrected".
            cut: The picture that was read.

        Raises:
            BackendError: Nothing is known to be kept. Asking again is safe.
        """
        path = f"/v1/predictions/{quote(reading.id, safe='')}/label"
        fields = {"status": status, "read_text": reading.text, "read_confidence": repr(reading.confidence)}
        if status == "corrected":
            fields["text"] = text
        try:
            body = self._request("POST", path, data=fields)
        except PredictionExpiredError:
            body = self._request("POST", path, data=fields, cut=cut)
        with _Understood():
            return Kept(
                prediction_id=str(body["prediction_id"]),
                status=status,
                text=str(body["text"] or ""),
                code=str(body["code"] or ""),
                completed=bool(body["completed"]),
            )

    def forget(self, prediction_id: str) -> bool:
        """Delete what was kept; False when there was nothing.

        Raises:
            BackendError: It may still be kept.
        """
        body = self._request("DELETE", f"/v1/predictions/{quote(prediction_id, safe='')}/label")
        with _Understood():
            return bool(body["deleted"])

    def products(self, code: str) -> PriceAnswer:
        """Offers for a code.

        Raises:
            BackendError: There is no answer at all; a price service that fails is a `reason` instead.
        """
        body = self._request("GET", "/v1/products", params={"code": code})
        with _Understood():
            reason = body.get("reason")
            return PriceAnswer(
                code=str(body["code"]),
                products=tuple(_product(item) for item in body["products"]),
                reason=None if reason is None else str(reason["kind"]),
                searches=tuple(SearchLink(str(s["name"]), str(s["url"])) for s in body["searches"]),
            )

    def _request(
        self,
        method: str,
        path: str,
        *,
        data: Mapping[str, str] | None = None,
        cut: Cut | None = None,
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        # Multipart even without a file, as the API documents it: a part without a file name is a plain field.
        parts: dict[str, tuple[str | None, str] | tuple[str, bytes, str]] = {
            name: (None, value) for name, value in (data or {}).items()
        }
        if cut is not None:
            name = "crop.png" if cut.media_type == "image/png" else "crop.jpg"
            parts["image"] = (name, cut.data, cut.media_type)
            parts["turn"] = (None, str(cut.turn))
        for attempt in (1, 2):
            try:
                answer = self._session.request(
                    method,
                    self._base_url + path,
                    files=parts or None,
                    params=params,
                    headers=self._headers,
                    timeout=self._timeout,
                )
                break
            except requests.Timeout as error:
                raise BackendSlowError(str(error)) from error
            except requests.ConnectionError as error:
                # An idle connection may die under the request. Every request here may be repeated safely.
                if attempt == 2:
                    raise BackendUnreachableError(str(error)) from error
            except requests.RequestException as error:
                raise BackendUnreachableError(str(error)) from error
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise BackendRefusedError(answer.status_code, "", "the answer is no JSON object")
        if answer.ok:
            return body
        kind = str(body.get("kind") or "") or str(body.get("type") or "").rsplit("/", 1)[-1]
        kind = kind.replace("_", "-")
        detail = str(body.get("detail") or body.get("title") or "")
        if answer.status_code == 404 and kind == "prediction-expired":
            raise PredictionExpiredError(answer.status_code, kind, detail)
        raise BackendRefusedError(answer.status_code, kind, detail)


class _Understood:
    """Turns a missing or odd field of an answer into BackendRefusedError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            raise BackendRefusedError(200, "", f"the answer lacks a field or has an odd one: {error!r}") from error


def _product(item: Mapping[str, Any]) -> Product:
    price = item.get("price")
    fetched_at = item.get("fetched_at")
    return Product(
        name=str(item["name"]),
        image=str(item.get("image") or ""),
        price=None if price is None else int(price),
        currency=str(item.get("currency") or "KRW"),
        mall=str(item.get("mall") or ""),
        url=str(item.get("url") or ""),
        fetched_at=None if not fetched_at else datetime.fromisoformat(str(fetched_at)),
        is_match=bool(item["is_match"]),
    )
