"""Watch a camera: sends the frames of a stream, a video or a folder to a backend that reads number plates.

    python -m backend.gate rtsp://camera/stream --camera north --direction nearer-in
    python -m backend.gate visit.mp4 --rate 5
    python -m backend.gate pictures/ --direction in

TAGS_TEAM_TOKEN is the team's token; BACKEND_URL the backend's address. A camera that goes away is opened again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import requests

from backend.gate.bodies import WayAsked
from ocr_model.command_line import printable, run_command
from ocr_model.plates.video import FrameOfVideo, VideoError, frames_of_folder, frames_of_video, is_live

_URL = "http://127.0.0.1:8000"
_SECONDS = (3.0, 60.0)  # to connect, and for an answer
_PAUSE = 5.0  # seconds before a camera is opened again


def main() -> int:
    """Run the command; returns the exit status: 0, or 2 where it cannot begin or go on."""
    parser = argparse.ArgumentParser(prog="python -m backend.gate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("source", help="address of a stream, number of a camera, video file, or folder of pictures")
    parser.add_argument("--camera", default="", help="name of the camera in the log")
    parser.add_argument(
        "--direction", default="turns", choices=get_args(WayAsked), help="as in POST /v1/team/gate/frames"
    )
    parser.add_argument("--rate", type=float, default=4.0, help="frames a second that are read (default: 4)")
    parser.add_argument(
        "--path", default="", help="path below which the plates' part answers: /domains/plates, where others come first"
    )
    args = parser.parse_args()
    token = os.environ.get("TAGS_TEAM_TOKEN", "")
    url = f"{os.environ.get('BACKEND_URL') or _URL}{args.path}/v1/team/gate/frames"
    sender = _Sender(url, token, args.camera, args.direction)
    while True:
        try:
            folder = Path(args.source)
            frames = frames_of_folder(folder) if folder.is_dir() else frames_of_video(args.source, args.rate)
            sender.send_all(frames, alone=folder.is_dir())
        except VideoError as error:
            print(f"backend.gate: {error}", file=sys.stderr)
            if not is_live(args.source):
                return 2
        except requests.RequestException as error:
            print(f"backend.gate: the backend does not answer: {type(error).__name__}", file=sys.stderr)
            if not is_live(args.source):
                return 2
        if not is_live(args.source):
            return 0
        time.sleep(_PAUSE)


class _Sender:
    """Sends frames and prints the vehicles that have passed."""

    def __init__(self, url: str, token: str, camera: str, direction: str) -> None:
        self._url, self._fields = url, {"camera": camera, "direction": direction}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send_all(self, frames: Iterator[FrameOfVideo], *, alone: bool) -> None:
        """Send frames of one stream, or photos that are each by itself."""
        stream = {} if alone else {"stream": uuid.uuid4().hex, "at": datetime.now(UTC).isoformat()}
        waiting: FrameOfVideo | None = None
        for frame in frames:
            if waiting is not None:
                self._send(waiting, stream, last=False)
            waiting = frame
        if waiting is not None:
            self._send(waiting, stream, last=not alone)

    def _send(self, frame: FrameOfVideo, stream: dict[str, str], *, last: bool) -> None:
        fields = self._fields | stream | {"seconds": f"{frame.seconds:.3f}", "last": str(last).lower()}
        answer = self._session.post(self._url, data=fields, files={"image": ("frame", frame.data)}, timeout=_SECONDS)
        if answer.status_code >= 400:
            problem = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
            print(f"backend.gate: {problem.get('title', answer.status_code)}", file=sys.stderr)
            if answer.status_code in (401, 403, 404):
                raise VideoError("the backend refuses the frames")
            return
        for passage in answer.json()["passages"]:
            print(printable(f"{passage['at']}  {passage['direction']:>7}  {passage['shown']}"), flush=True)


if __name__ == "__main__":
    sys.exit(run_command(main))
