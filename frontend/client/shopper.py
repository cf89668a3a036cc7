"""The backend over HTTP: one method per request, answers as frozen values, failures as one small tree.

BackendError
├── BackendUnreachableError   nobody listens, or the connection broke
├── BackendSlowError          no answer within the time-out
└── BackendRefusedError       an answer that is not a success (RFC 9457), or no JSON
    └── PredictionExpiredError  the backend no longer holds the picture of this reading
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote

import requests

from frontend.photos.pictures import Cut

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
    "Understood",
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
    picture_text: str | None  # what the picture alone says, where the formats decided for another reading
    model_name: str
    model_version: str
    milliseconds: float

    @property
    def model(self) -> str:
        """Who read, for people."""
        return f"{self.model_name} {self.model_version}".strip()


@dataclass(frozen=True)
class Kept:
    """A label as the store holds it.

    `completed` says that the backend added the rest of the line; `formats` are those of the kept line.
    """

    prediction_id: str
    status: LabelStatus
    text: str
    code: str
    completed: bool
    formats: tuple[BrandFormat, ...] = ()


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
        client._headers = self._headers | {"X-Forwarded-For": address}
        return client

    def with_token(self, token: str) -> BackendClient:
        """The same connection, with the team's token; characters that no header may carry become question marks."""
        client = copy(self)
        sent = "".join(sign if "!" <= sign <= "~" else "?" for sign in token)
        client._headers = self._headers | {"Authorization": f"Bearer {sent}"}
        return client

    def read(self, cut: Cut) -> Reading:
        """Read the text on a cut.

        Raises:
            BackendError: There is no reading.
        """
        body = self.ask("POST", "/v1/predictions", cut=cut)
        with Understood():
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
                formats=_formats(body["formats"]),
                picture_text=body.get("picture_text"),
                model_name=str(body["model"]["name"]),
                model_version=str(body["model"]["version"]),
                milliseconds=float(body["milliseconds"].get("total", 0.0)),
            )

    def label(self, reading: Reading, status: LabelStatus, text: str, cut: Cut, *, is_whole: bool = False) -> Kept:
        """Keep the cut with its label; the picture travels again only if the backend has forgotten it.

        Args:
            reading: The reading that the label belongs to.
            status: The shopper's verdict.
            text: The whole line; only sent for "corrected".
            cut: The picture that was read.
            is_whole: Whether the text is all that the line says, so that no field name is put back around it.

        Raises:
            BackendError: Nothing is known to be kept. Asking again is safe.
        """
        path = f"/v1/predictions/{quote(reading.id, safe='')}/label"
        fields = {
            "status": status,
            "read_text": reading.text,
            "read_confidence": repr(reading.confidence),
            "model_name": reading.model_name,
            "model_version": reading.model_version,
        }
        if status == "corrected":
            fields |= {"text": text, "whole": str(is_whole).lower()}
        try:
            body = self.ask("POST", path, data=fields)
        except PredictionExpiredError:
            body = self.ask("POST", path, data=fields, cut=cut)
        with Understood():
            return Kept(
                prediction_id=str(body["prediction_id"]),
                status=status,
                text=str(body["text"] or ""),
                code=str(body["code"] or ""),
                completed=bool(body["completed"]),
                formats=_formats(body.get("formats") or ()),
            )

    def forget(self, prediction_id: str) -> bool:
        """Delete what was kept; False when there was nothing.

        Raises:
            BackendError: It may still be kept.
        """
        body = self.ask("DELETE", f"/v1/predictions/{quote(prediction_id, safe='')}/label")
        with Understood():
            return bool(body["deleted"])

    def products(self, code: str) -> PriceAnswer:
        """Offers for a code.

        Raises:
            BackendError: There is no answer at all; a price service that fails is a `reason` instead.
        """
        body = self.ask("GET", "/v1/products", params={"code": code})
        with Understood():
            reason = body.get("reason")
            return PriceAnswer(
                code=str(body["code"]),
                products=tuple(_product(item) for item in body["products"]),
                reason=None if reason is None else str(reason["kind"]),
                searches=tuple(SearchLink(str(s["name"]), str(s["url"])) for s in body["searches"]),
            )

    def accept_threshold(self) -> float | None:
        """The confidence from which the model's readings may be believed unseen; None if nobody has measured it.

        Raises:
            BackendError: There is no answer.
        """
        body = self.ask("GET", "/v1/model")
        with Understood():
            threshold = body.get("accept_threshold")
            return None if threshold is None else float(threshold)

    def ask(
        self,
        method: str,
        path: str,
        *,
        data: Mapping[str, str] | None = None,
        cut: Cut | None = None,
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a request whose answer is a JSON object; it must be one that may be repeated safely.

        Raises:
            BackendError: There is no such answer.
        """
        # Multipart even without a file, as the API documents it: a part without a file name is a plain field.
        parts: dict[str, tuple[str | None, str] | tuple[str, bytes, str]] = {
            name: (None, value) for name, value in (data or {}).items()
        }
        if cut is not None:
            name = "crop.png" if cut.media_type == "image/png" else "crop.jpg"
            parts["image"] = (name, cut.data, cut.media_type)
            parts["turn"] = (None, str(cut.turn))
        answer = self._send(method, path, parts, params)
        body = _object(answer)
        if body is None:
            raise BackendRefusedError(answer.status_code, "", "the answer is no JSON object")
        if answer.ok:
            return body
        raise _refusal(answer.status_code, body)

    def fetch(self, path: str) -> bytes:
        """Get a file.

        Raises:
            BackendError: There is no such file, or no answer.
        """
        answer = self._send("GET", path, {}, None)
        if answer.ok:
            return answer.content
        raise _refusal(answer.status_code, _object(answer) or {})

    def _send(
        self,
        method: str,
        path: str,
        parts: Mapping[str, tuple[str | None, str] | tuple[str, bytes, str]],
        params: Mapping[str, str] | None,
    ) -> requests.Response:
        def send() -> requests.Response:
            return self._session.request(
                method,
                self._base_url + path,
                files=parts or None,
                params=params,
                headers=self._headers,
                timeout=self._timeout,
            )

        try:
            try:
                return send()
            except requests.Timeout:
                raise
            except requests.ConnectionError:
                # An idle connection may die under the request. Every request here may be repeated safely.
                return send()
        except requests.Timeout as error:
            raise BackendSlowError(str(error)) from error
        except requests.RequestException as error:
            raise BackendUnreachableError(str(error)) from error


def _object(answer: requests.Response) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _refusal(status: int, body: Mapping[str, Any]) -> BackendRefusedError:
    kind = str(body.get("kind") or "") or str(body.get("type") or "").rsplit("/", 1)[-1]
    kind = kind.replace("_", "-")
    detail = str(body.get("detail") or body.get("title") or "")
    if status == 404 and kind == "prediction-expired":
        return PredictionExpiredError(status, kind, detail)
    return BackendRefusedError(status, kind, detail)


class Understood:
    """Turns a missing or odd field of an answer into BackendRefusedError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            raise BackendRefusedError(200, "", f"the answer lacks a field or has an odd one: {error!r}") from error


def _formats(items: Iterable[Mapping[str, Any]]) -> tuple[BrandFormat, ...]:
    return tuple(BrandFormat(str(one["brand"]), str(one["name"]), str(one["code"])) for one in items)


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
