"""Pins what is installed: the lock files with their hashes, and what they hold (licences, known faults, an SBOM).

    python -m deploy.locks update [--upgrade]   writes the lock files anew; only --upgrade moves to later versions
    python -m deploy.locks check                fails when a lock file does not fit its requirements any more
    python -m deploy.locks report               writes docs/dependencies.md and docs/sbom.json of the app's environment,
                                                and docs/sbom-*.json of what images are made of

`requirements*.txt` say what is needed, `requirements*.lock` what is installed: every package with version and hashes,
for each Python and system that the reader runs on. uv resolves them; pip installs them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEPENDENCIES = ROOT / "docs" / "dependencies.md"
SBOM = ROOT / "docs" / "sbom.json"
# Of the images of deploy/containers/Dockerfile, by what their layers are made of.
IMAGES = {
    "app": ("requirements-watch.lock",),
    "worker": ("requirements-train.lock", "requirements-trdg.txt"),
    "trainer": ("requirements-cluster.lock", "requirements-trdg.txt"),
}
OLDEST_PYTHON = "3.11"
# Programs of the report only; `uv tool run` fetches them when they are asked for.
_LICENCES = "pip-licenses==5.5.5"
_FAULTS = "pip-audit==2.10.1"
_BILL = "cyclonedx-bom==7.5.0"
_SOURCES_OF_FAULTS = ("pypi", "osv")
# Licences that bind a service whose code is not published.
_BARRED = re.compile(r"AGPL|Affero|SSPL", re.IGNORECASE)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """A lock file and what it is resolved from."""

    file: str  # the lock file
    requirements: tuple[str, ...]  # files of requirements
    bound_by: str | None = None  # another lock file, whose versions it shares


LOCKS = (
    Lock("requirements.lock", ("requirements.txt",)),
    Lock("requirements-dev.lock", ("requirements-dev.txt", "requirements-train.txt"), "requirements.lock"),
    Lock("requirements-bench.lock", ("requirements-bench.txt",), "requirements.lock"),
    Lock("requirements-ray.lock", ("requirements-ray.txt", "requirements-watch.txt"), "requirements.lock"),
    Lock("requirements-watch.lock", ("requirements-watch.txt",), "requirements.lock"),
    Lock("requirements-train.lock", ("requirements-train.txt", "requirements-watch.txt"), "requirements.lock"),
    Lock(
        "requirements-cluster.lock",
        ("requirements-train.txt", "requirements-ray.txt", "requirements-watch.txt"),
        "requirements.lock",
    ),
    Lock("requirements-map.lock", ("requirements-map.txt",), "requirements.lock"),
)


class LockError(RuntimeError):
    """A lock file is not current or cannot be made; the text is for people."""


def resolve(lock: Lock, target: Path, *, upgrade: bool) -> None:
    """Write a lock file. Versions that `target` holds already stay as long as they fit, unless `upgrade`.

    Raises:
        LockError: The requirements contradict each other, or the package index does not answer.
    """
    command = ["uv", "pip", "compile", *lock.requirements, "--universal", "--python-version", OLDEST_PYTHON]
    command += ["--generate-hashes", "--no-header", "--quiet", "--output-file", str(target)]
    if lock.bound_by:
        command += ["--constraints", lock.bound_by]
    if upgrade:
        command.append("--upgrade")
    _run(command, f"{lock.file} cannot be resolved")


def update(*, upgrade: bool) -> None:
    """Write every lock file.

    Raises:
        LockError: As in `resolve`.
    """
    for lock in LOCKS:
        resolve(lock, ROOT / lock.file, upgrade=upgrade)
        print(f"{lock.file}: {len(pins(ROOT / lock.file))} packages")


def check() -> None:
    """Resolve every lock file again, starting from its own versions, and compare.

    Raises:
        LockError: One has changed, or cannot be resolved.
    """
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for lock in LOCKS:
            present, again = ROOT / lock.file, Path(folder) / lock.file
            again.write_bytes(present.read_bytes())
            resolve(lock, again, upgrade=False)
            if again.read_bytes() != present.read_bytes():
                stale.append(lock.file)
    if stale:
        raise LockError(f"{', '.join(stale)}: not what the requirements ask for; run `make lock`")


def pins(lock: Path) -> dict[str, set[str]]:
    """Return the versions that a lock file allows, by normalised name; markers may allow several of one package."""
    found: dict[str, set[str]] = {}
    for name, version in _PIN.findall(lock.read_text()):
        found.setdefault(normalised(name), set()).add(version)
    return found


def normalised(name: str) -> str:
    """Return a package's name as PyPI compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def report(python: Path) -> None:
    """Write licences, known faults and the SBOM of an environment with the app.

    Raises:
        LockError: A program of the report fails, or a licence is barred.
    """
    bill = _tool(_BILL, "cyclonedx-py", "environment", str(python), "--output-reproducible")
    SBOM.write_text(bill if bill.endswith("\n") else bill + "\n")
    licences = json.loads(_tool(_LICENCES, "pip-licenses", f"--python={python}", "--format=json"))
    barred = [row["Name"] for row in licences if _BARRED.search(row["License"])]
    if barred:
        raise LockError(f"barred licence: {', '.join(barred)}")
    for image, files in IMAGES.items():
        bill_of_image(image).write_text(_bill_of_pins(files))
    DEPENDENCIES.write_text(page(licences, known_faults()))
    print(f"{len(licences)} packages: {DEPENDENCIES.relative_to(ROOT)}, {SBOM.relative_to(ROOT)}")


def bill_of_image(image: str) -> Path:
    """Where the SBOM of an image lies; it names packages and versions, not licences."""
    return SBOM.with_name(f"{SBOM.stem}-{image}.json")


def _bill_of_pins(files: Sequence[str]) -> str:
    pinned = sorted(
        {f"{name}=={version}" for file in files for name, found in pins(ROOT / file).items() for version in found}
    )
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text("\n".join(pinned) + "\n")
        bill = json.loads(_tool(_BILL, "cyclonedx-py", "requirements", str(listed), "--output-reproducible"))
    for part in bill["components"]:  # what only repeats name and version
        part.pop("description", None)
        part.pop("externalReferences", None)
    return json.dumps(bill, indent=1) + "\n"


def known_faults() -> str:
    """Return a paragraph on the known faults of the locked packages, from each source that answers."""
    locked = ["-r", str(ROOT / "requirements.lock"), "--require-hashes", "--disable-pip", "--format", "json"]
    found = []
    for source in _SOURCES_OF_FAULTS:
        tool = ["uv", "tool", "run", "--from", _FAULTS, "pip-audit", "--progress-spinner", "off", "-s", source]
        try:
            packages = json.loads(_run([*tool, *locked], "pip-audit failed", accepted=(0, 1)))["dependencies"]
        except (LockError, ValueError, KeyError):
            packages = []
        found.append(faults_in_words(source, packages))
    return " ".join(found)


def faults_in_words(source: str, packages: Sequence[dict[str, Any]]) -> str:
    """Return a sentence on what a source of known faults said; packages as pip-audit lists them."""
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        return f"`{source}` could not be reached when this page was written."
    faults = [
        f"{p['name']} {p['version']} ({', '.join(fault['id'] for fault in p['vulns'])})" for p in known if p["vulns"]
    ]
    outcome = f"with known faults: {'; '.join(faults)}" if faults else "none of them with a known fault"
    return f"`{source}` knows {len(known)} of {len(packages)} packages, {outcome}."


def page(licences: Sequence[dict[str, str]], faults: str) -> str:
    """Return the page on dependencies as Markdown."""
    kinds = Counter(row["License"] for row in licences)
    lines = [
        "# What the app is installed with",
        "",
        "Written by `make dependencies` from the app's own environment; `docs/sbom.json` is the same as an SBOM in",
        "CycloneDX form. Versions and hashes are those of `requirements.lock`.",
        "",
        "## Known faults",
        "",
        faults,
        "",
        "## Licences",
        "",
        f"{len(licences)} packages under {len(kinds)} kinds of licences; none of the AGPL kind.",
        "",
        "| package | version | licence |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {row['Name']} | {row['Version']} | {row['License']} |" for row in licences]
    return "\n".join(lines) + "\n"


def _tool(package: str, program: str, *arguments: str) -> str:
    return _run(["uv", "tool", "run", "--from", package, program, *arguments], f"{program} failed")


def _run(command: Sequence[str], failure: str, accepted: Sequence[int] = (0,)) -> str:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run([str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        raise LockError(f"{failure}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.locks", description="Pin what is installed.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="write the lock files").add_argument(
        "--upgrade", action="store_true", help="move every package to its latest version"
    )
    commands.add_parser("check", help="fail when a lock file is not current")
    commands.add_parser("report", help="write docs/dependencies.md and docs/sbom.json").add_argument(
        "--python", type=Path, default=ROOT / ".venv/bin/python", help="interpreter of the app's environment"
    )
    args = parser.parse_args(arguments)
    try:
        if args.command == "update":
            update(upgrade=args.upgrade)
        elif args.command == "check":
            check()
        else:
            report(args.python)
    except LockError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
