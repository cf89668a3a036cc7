"""`features` makes what the page "Explore" shows beside labels: crops that look alike, lists worth a look, the map."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from data_gen.processes import WorkerProcessError
from data_gen.workplace import add_options, open_workplace
from datasets.commands.gentle import be_gentle
from datasets.errors import StoreError
from datasets.features.encoding import encode_batch, open_encoder
from datasets.features.making import EncodeBatches, Stage, make_features
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from ocr_model.errors import ModelError
from ocr_model.reading.features import FeatureEncoder


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    features = commands.add_parser(
        "features",
        help="compute features, neighbours, lists and the map of all crops, as far as they are missing",
        description="Bring up to date what `Explore` shows beside labels. It may be stopped, and goes on where it was. "
        "A backend with a team token does the same in the background.",
    )
    features.add_argument("--model", type=Path, metavar="FOLDER", help="exported model (the shipped one)")
    features.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the encoder (%(default)s)")
    add_options(features, "encode crops")
    features.add_argument("--no-umap", action="store_true", help="draw the map by principal components alone")
    features.add_argument(
        "--gently",
        action="store_true",
        help="let everything else on the machine go first, show no progress, and end when standard input does",
    )
    features.set_defaults(run=run)


def run(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Make what is missing and print how much that was."""
    if options.gently:
        be_gentle()
    try:
        options.model = options.model or store.domain.shipped_model
        encoder = FeatureEncoder.open(options.model, threads=options.threads)
    except ModelError as error:
        raise StoreError(str(error)) from error
    try:
        with _encode_elsewhere(options, encoder) as encode, _Bars(is_shown=not options.gently) as bars:
            made = make_features(store, options.spool, encoder, bars.show, with_umap=not options.no_umap, encode=encode)
    except WorkerProcessError as error:
        raise StoreError(str(error)) from error
    print(f"{made.crops} crops have features: {made.new} new, {made.gone} gone, {made.unreadable} cannot be read")
    return 0


@contextmanager
def _encode_elsewhere(options: argparse.Namespace, encoder: FeatureEncoder) -> Iterator[EncodeBatches | None]:
    """What encodes on other processes or on Ray; None where this process does it by itself."""
    if options.on == "here" and (options.processes or 1) == 1:
        yield None
        return
    with open_workplace(options) as workplace:
        yield partial(
            workplace.map, encode_batch, prepare=open_encoder, arguments=(options.model, options.threads, encoder.name)
        )


class _Bars:
    """A bar for each stage."""

    def __init__(self, *, is_shown: bool) -> None:
        self._is_shown = is_shown
        self._stage: Stage | None = None
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, stage: Stage, done: int, total: int) -> None:
        if not self._is_shown:
            return
        if self._bar is None or stage != self._stage:
            if self._bar is not None:
                self._bar.close()
            # What was there already counts for the bar, and not for its speed.
            self._bar = tqdm(total=total, initial=done, desc=stage, leave=True, disable=None)
            self._stage = stage
        self._bar.update(done - self._bar.n)
