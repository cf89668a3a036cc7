"""The commands about champions and requests for cycles: champion, request-cycle."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from datasets.commands.whoami import whoami
from datasets.cycles.heartbeat import listening
from datasets.cycles.requests import request_unless_waiting
from datasets.cycles.tracking import default_uri, has_begun, tell_champion
from datasets.cycles.wording import in_english
from datasets.errors import ChampionError
from datasets.models.audit import find_model_problems
from datasets.models.canary import CanaryHistory
from datasets.models.champions import ChampionRecord, Champions
from datasets.models.shadow import ShadowHistory, ShadowRecord
from datasets.models.share import share_champions
from datasets.objects.names import models_url
from datasets.reason import Reason
from datasets.samples.places import Places

COMMANDS = ("champion", "request-cycle")


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser], environment: Mapping[str, str]) -> None:
    """Describe the commands to argparse."""
    champion = commands.add_parser("champion", help="see and change which model serves")
    actions = champion.add_subparsers(dest="action", required=True, metavar="ACTION")
    shown = (("show", "the champion, and the challengers"), ("history", "all champions, one a line"))
    for action, about in shown:
        look = actions.add_parser(action, help=about)
        look.add_argument("--json", action="store_true", help="one JSON object a line")
    register = actions.add_parser("register", help="put an exported model folder into the store")
    register.add_argument("folder", type=Path)
    fetch = actions.add_parser("fetch", help="bring a model to this machine, checked, and print its folder")
    fetch.add_argument("digest", nargs="?", help="digest of the model, or its first characters (the champion's)")
    fetch.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for models; made if missing")
    fetch.add_argument("--serving", action="store_true", help="only the files that reading needs, not the weights")
    promote = actions.add_parser("promote", help="make a registered model the champion")
    promote.add_argument("digest", help="digest of the model, or its first characters")
    promote.add_argument("--expected", type=int, metavar="N", help="only while this entry is the champion (0: none is)")
    promote.add_argument("--dataset-version", metavar="NAME", help="dataset version that trained it (as its card says)")
    rollback = actions.add_parser("rollback", help="bring back the previous champion, or that of an entry")
    rollback.add_argument("--to", type=int, metavar="N", help="number of the entry, as `history` shows it")
    shadow = actions.add_parser("shadow", help="let a registered model read beside the champion, without showing it")
    shadow.add_argument("digest", nargs="?", help="digest of the model, or its first characters")
    shadow.add_argument("--off", action="store_true", help="let no model read in shadow")
    canary = actions.add_parser("canary", help="let a registered model answer a share of requests (TAGS_CANARY_SHARE)")
    canary.add_argument("digest", nargs="?", help="digest of the model, or its first characters")
    canary.add_argument("--off", action="store_true", help="let the champion answer all requests")
    actions.add_parser("share", help="bring the spool's models and champions to a bucket that has none yet")
    request = commands.add_parser("request-cycle", help="ask the worker for a cycle")
    request.add_argument("--version", metavar="NAME", help="dataset version to train on; else the worker creates one")
    for parser in (promote, rollback):
        parser.add_argument(
            "--tracking",
            metavar="URI",
            default=default_uri(environment),
            help="URI of MLflow, whose alias follows; none = no tracker (MLFLOW_TRACKING_URI; %(default)s)",
        )
    for parser in (promote, rollback, shadow, canary, request):
        parser.add_argument("--by", default="", help="name for the history (you, on this machine)")
        parser.add_argument("--reason", default="", help="the reason, in words")


def run(places: Places, options: argparse.Namespace) -> int:
    """Run one of `COMMANDS`.

    Returns:
        The exit status.

    Raises:
        StoreError: with one line that says what is wrong.
    """
    if options.command == "request-cycle":
        return _request(places, options)
    champions = Champions(places.authority, key=places.key)
    match options.action:
        case "show":
            _show(places, champions, as_json=options.json)
        case "history":
            for record in champions.history():
                print(_json(record) if options.json else _line(record))
        case "register":
            print(champions.registry.register(options.folder))
        case "fetch":
            print(champions.registry.fetch(_chosen(champions, options.digest), options.to, serving=options.serving))
        case "promote":
            _promote(places, champions, options)
        case "rollback":
            record = champions.rollback(options.by or whoami(), _reason(options), options.to)
            _tell(places, champions, record, options.tracking)
        case "shadow":
            _shadow(places, champions, options)
        case "canary":
            _canary(places, champions, options)
        case _:
            _share(places)
    return 0


def verify_champions(places: Places) -> int:
    """Check every model and every entry, and print each fault. Returns the number of faults."""
    wrong = 0
    for name, problem in find_model_problems(places.authority, places.key):
        print(f"{places.authority.url}: {name}: {problem}")
        wrong += 1
    return wrong


def _show(places: Places, champions: Champions, *, as_json: bool) -> None:
    history = ShadowHistory(places.authority, key=places.key)
    trying = CanaryHistory(places.authority, key=places.key)
    champion, shadow, canary = champions.latest(), history.current(), trying.current()
    if as_json:
        entries: dict[str, ChampionRecord | ShadowRecord | None]
        entries = {"champion": champion, "shadow": shadow, "canary": canary}
        print(json.dumps({name: json.loads(_json(entry)) if entry else None for name, entry in entries.items()}))
        return
    if champion is None:
        print(f"no champion in {places.authority.url}: backends serve the model that they ship")
        if places.replica is not None and Champions(places.local).current() is not None:
            print("the spool has champions from before there was a bucket; `champion share` brings them there")
    else:
        print(_line(champion))
        print(f"model\t{champion.model}")
        if champions.is_signed(champion) is False:
            print("not signed with the store's key: backends that have the key do not serve it")
    for name, why in (champions.set_aside() | history.set_aside() | trying.set_aside()).items():
        print(f"set aside\t{name}\t{why}")
    for name, entry in (("shadow", shadow), ("canary", canary)):
        if entry is not None and (entry.model is not None or name == "canary"):
            model = f"{entry.model}\t{entry.name} {entry.version}" if entry.model else "none"
            print(f"{name}\t{model}\tby {in_english(entry.by)}\t{in_english(entry.reason)}")


def _chosen(champions: Champions, start: str | None) -> str:
    if start is not None:
        return champions.registry.find(start)
    champion = champions.current()
    if champion is None:
        raise ChampionError("there is no champion in the store yet; name a model to fetch")
    return champion.model


def _promote(places: Places, champions: Champions, options: argparse.Namespace) -> None:
    digest = champions.registry.find(options.digest)
    if options.expected is None:
        present = champions.counting()
        if present is not None and present.model == digest:
            raise ChampionError(f"{present.name} {present.version} is the champion already")
        expected = present.number if present is not None else None
    else:
        expected = options.expected or None
    record = champions.promote(
        digest,
        expected=expected,
        by=options.by or whoami(),
        reason=_reason(options),
        dataset_version=options.dataset_version or _trained_on(champions, digest),
    )
    _tell(places, champions, record, options.tracking)


def _trained_on(champions: Champions, digest: str) -> str | None:
    """The dataset version that a cycle trained the model on, by its card."""
    about = champions.registry.model(digest).card.get("cycle")
    name = about.get("dataset_version") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def _tell(places: Places, champions: Champions, record: ChampionRecord, tracking: str) -> None:
    """Print which model serves now, and update the tracker; its failure does not undo the change."""
    print(_line(record), flush=True)
    if has_begun(tracking):
        told = tell_champion(champions.latest, tracking, models_url(places.authority), domain=places.domain)
        print(told.line, file=sys.stderr)


def _shadow(places: Places, champions: Champions, options: argparse.Namespace) -> None:
    if options.off == (options.digest is not None):
        raise ChampionError("name one model to read in shadow, or --off")
    digest = None if options.off else champions.registry.find(options.digest)
    record = ShadowHistory(places.authority, key=places.key).set(digest, options.by or whoami(), _reason(options))
    print(f"{record.name} {record.version} reads in shadow" if record.model else "no model reads in shadow")


def _canary(places: Places, champions: Champions, options: argparse.Namespace) -> None:
    if options.off == (options.digest is not None):
        raise ChampionError("name one model to answer a share of requests, or --off")
    digest = None if options.off else champions.registry.find(options.digest)
    record = CanaryHistory(places.authority, key=places.key).set(digest, options.by or whoami(), _reason(options))
    told = f"{record.name} {record.version} answers a share of requests"
    print(told if record.model else "the champion answers all requests")


def _share(places: Places) -> None:
    if places.replica is None:
        raise ChampionError("there is no bucket to bring them to; --storage-url names one")
    print(f"{share_champions(places.local, places.replica)} entries brought to {places.replica.url}")


def _request(places: Places, options: argparse.Namespace) -> int:
    objects = places.authority
    cycle, waited = request_unless_waiting(
        objects, by=options.by or whoami(), version=options.version, why=_reason(options)
    )
    print(cycle)
    if waited:
        print("this request waits already; no second one was made")
    workers = listening(objects)
    names = ", ".join(seen.worker for seen in workers)
    print(
        f"listening: {names}"
        if workers
        else "no worker listens; `.venv-dev/bin/python -m datasets cycle --watch` is one"
    )
    return 0


def _reason(options: argparse.Namespace) -> Reason:
    return Reason.words(options.reason) if options.reason else Reason(kind="command_line")


def _json(record: ChampionRecord | ShadowRecord) -> str:
    content = record.model_dump(mode="json")
    told = {name: in_english(reason) for name, reason in (("by", record.by), ("reason", record.reason))}
    return json.dumps(content | told, ensure_ascii=False)


def _line(record: ChampionRecord) -> str:
    fields = (
        str(record.number),
        record.model[:12],
        f"{record.name} {record.version}",
        f"{record.kind} to {record.restores}" if record.restores else record.kind,
        record.dataset_version or "-",
        record.at.isoformat(timespec="seconds"),
        f"by {in_english(record.by)}",
        in_english(record.reason),
    )
    return "\t".join(fields)
