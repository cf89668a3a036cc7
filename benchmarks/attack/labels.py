"""Labels that no shopper gave, and tokens that are guessed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import requests

from benchmarks.attack.attack import Attack, Target
from benchmarks.attack.pictures import noise_jpeg
from benchmarks.drivers.tag_picture import draw_tag, encode

_FOREIGN = "evil.example"
_INVENTED = {
    "status": "accepted",
    "text": "AA0000-000",
    "read_text": "AA0000-000",
    "read_confidence": "0.99",
    "model_name": "invented",
    "model_version": "1",
}
_NOISE_SIDE = 4000  # pixels; a JPEG of 5 MB, and without loss 48 MB
_WRONG_TOKENS = 20


class ForgedLabels(Attack):
    """Labels without a prediction, and labels that another website writes."""

    name = "forged-labels"
    title = "labels without prediction, from a foreign website, for a foreign host"
    _HEADERS: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "no prediction": {},
        "foreign Origin": {"Origin": f"https://{_FOREIGN}"},
        "foreign Host": {"Host": _FOREIGN},
    }

    def prepare(self) -> None:
        """Draw the crop."""
        self._crop = encode(draw_tag("AA0000-000"))
        self._sent = 0
        self._taken: set[str] = set()

    def strike(self, target: Target, number: int) -> None:
        """Send a label of each kind."""
        for kind, headers in self._HEADERS.items():
            self._sent += 1
            answer = target.send(
                f"/v1/predictions/{_id(self._sent)}/label",
                number,
                note=kind,
                data=_INVENTED,
                files={"image": self._crop},
                headers=dict(headers),
            )
            # Without a field `proven` the backend does not tell an invented label from a shopper's.
            if answer is not None and answer.status_code == 200 and answer.json().get("proven", True):
                self._taken.add(kind)

    def finish(self, target: Target) -> None:
        """No label may count as a shopper's, and none for another website or by another name may be kept at all."""
        for kind in ("foreign Origin", "foreign Host"):
            if target.outcomes[f"{kind} 200"]:
                target.faults.append(f"labels with a {kind} were kept")
        if "no prediction" in self._taken:
            target.faults.append("invented labels count as shoppers'")


class NoiseLabels(Attack):
    """Labels of noise, which is kept without loss."""

    name = "noise-labels"
    title = "labels of a 5 MB JPEG of noise"

    def prepare(self) -> None:
        """Make a few files; every one has other pixels."""
        self._pictures = [noise_jpeg(seed, side=_NOISE_SIDE) for seed in range(4)]
        self._sent = 0

    def strike(self, target: Target, number: int) -> None:
        """Send one label."""
        self._sent += 1
        target.send(
            f"/v1/predictions/{_id(self._sent)}/label",
            number,
            data=_INVENTED | {"status": "corrected"},
            files={"image": self._pictures[self._sent % len(self._pictures)]},
        )

    def finish(self, target: Target) -> None:
        """Count what was kept."""
        target.count("MB kept", round(kept_bytes(target.folder / "data" / "spool") / 1e6))


class WrongTokens(Attack):
    """Guessed tokens, and then the team's own token from the same address."""

    name = "wrong-tokens"
    title = f"{_WRONG_TOKENS} wrong tokens, then the right one from the same address"
    _TOKEN = "the-team-s-own-token"  # noqa: S105
    _PATH = "/v1/team/overview"
    settings: ClassVar[Mapping[str, str]] = {"TAGS_TEAM_TOKEN": _TOKEN}

    def prepare(self) -> None:
        """Begin to count."""
        self._sent = 0

    def strike(self, target: Target, number: int) -> None:
        """Send one wrong token."""
        self._sent += 1
        self._ask(target, f"wrong-token-{self._sent}", "wrong")

    def finish(self, target: Target) -> None:
        """Send the right token."""
        for _ in range(_WRONG_TOKENS - self._sent):
            self.strike(target, 0)
        answer = self._ask(target, self._TOKEN, "right")
        if answer is None or not answer.ok:
            target.faults.append("the right token was refused")

    def _ask(self, target: Target, token: str, note: str) -> requests.Response | None:
        return target.send(self._PATH, method="GET", note=note, headers={"Authorization": f"Bearer {token}"})


def _id(number: int) -> str:
    """An id that no backend has given to a prediction."""
    return f"invented-{number:08d}"


def kept_bytes(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


LABELS: tuple[type[Attack], ...] = (ForgedLabels, NoiseLabels, WrongTokens)
