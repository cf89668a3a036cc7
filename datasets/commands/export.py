"""`export` writes labels and crops for people and for other programs: a plain folder, Parquet, WebDataset or LMDB."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from datasets.commands.filter_argument import filter_argument
from datasets.commands.listing import found
from datasets.errors import StoreError
from datasets.exports.crop_reader import CropReader
from datasets.exports.web_dataset import LABELS_IN_SHARD, write_web_dataset
from datasets.samples.export import export_samples
from datasets.samples.places import Places
from datasets.samples.search.filters import All
from datasets.samples.store import SampleStore

_FORMATS = ("folder", "parquet", "webdataset", "lmdb")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    export = commands.add_parser(
        "export",
        help="write labels and crops as a plain folder, Parquet, WebDataset or LMDB",
        description="folder: pictures, labels.tsv and pairs.tsv. parquet: labels.parquet, with the features that "
        "`features` has made. webdataset: shard-000000.tar ... with .png, .txt and .json of each label. lmdb: data.mdb "
        "as deep-text-recognition-benchmark trains on, without unreadable crops.",
    )
    export.add_argument("folder", type=Path, help="an empty or new folder")
    export.add_argument("--as", dest="form", choices=_FORMATS, default="folder", help="(%(default)s)")
    export.add_argument(
        "--where", type=filter_argument, metavar="FILTER", help="labels that match; not for a plain folder"
    )
    export.add_argument(
        "--in-shard", type=int, default=LABELS_IN_SHARD, metavar="N", help="labels of a tar of webdataset (%(default)s)"
    )
    export.set_defaults(run=run)


def run(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Write the folder. The exit status is 1 if a crop was left out."""
    if options.form == "folder":
        if options.where is not None:
            raise StoreError("--where goes with --as parquet, webdataset or lmdb; a plain folder holds all")
        labels, pairs = export_samples(store, options.folder)
        print(f"{labels} labels written to {options.folder}")
        if pairs:
            print(f"{pairs} pairs of a barcode and a code written to {options.folder}")
        return 0
    reader = CropReader(store.crops)
    try:
        labels = _write(store, reader, options)
    except OSError as error:
        raise StoreError(f"cannot export to {options.folder}: {error}") from error
    missing = reader.left_out
    print(f"{labels - (len(missing) if options.form == 'webdataset' else 0)} labels written to {options.folder}")
    for line in missing:
        print(f"left out: {line}", file=sys.stderr)
    return 1 if missing else 0


def _write(store: SampleStore, reader: CropReader, options: argparse.Namespace) -> int:
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StoreError(f"{folder} is not empty")
    samples = found(store, options.where or All(), "oldest")
    if options.form == "webdataset":
        return write_web_dataset(samples, reader, folder, max(1, options.in_shard))
    if options.form == "lmdb":
        from datasets.exports.lmdb_environment import write_lmdb

        return write_lmdb(samples, reader, folder)
    from datasets.exports.parquet import FeatureReader, write_parquet

    return write_parquet(samples, FeatureReader(options.spool), folder / "labels.parquet")
