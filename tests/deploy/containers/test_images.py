"""The Dockerfile: what every image must have, and must not."""

import re
import subprocess
from pathlib import Path

import pytest

from deploy.locks import LOCKS

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy/containers"
IMAGES = ("app", "pages", "worker", "trainer")


def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage, by its name; continued lines are joined."""
    text = re.sub(r"\\\n", " ", (FOLDER / "Dockerfile").read_text())
    found: dict[str, list[tuple[str, str]]] = {"": []}
    stage = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = rest.split()[-1]
            found[stage] = []
        found[stage].append((word, " ".join(rest.split())))
    return found


def arguments(stage: str, word: str) -> list[str]:
    return [rest for found, rest in stages()[stage] if found == word]


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_runs_as_nobody_in_particular_and_tells_how_it_is(image: str) -> None:
    assert arguments(image, "USER") == ["10001:10001"]
    assert len(arguments(image, "HEALTHCHECK")) == 1
    assert "--interval=" in arguments(image, "HEALTHCHECK")[0]
    assert len(arguments(image, "CMD")) == 1
    assert arguments(image, "CMD")[0].startswith("[")  # no shell, so that signals arrive


@pytest.mark.parametrize("image", IMAGES)
def test_nothing_is_installed_in_the_last_stage(image: str) -> None:
    assert not arguments(image, "RUN")
    assert all("--from=" in copied for copied in arguments(image, "COPY"))


def test_the_base_is_pinned_and_nothing_comes_from_an_address() -> None:
    base = arguments("", "ARG")[0].removeprefix("PYTHON_IMAGE=")
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)
    for stage, found in stages().items():
        for word, rest in found:
            assert word != "ADD", stage
            assert "://" not in rest or word == "HEALTHCHECK", rest
            assert "apt-get" not in rest
            if word == "FROM":
                assert rest.split()[0] in {"${PYTHON_IMAGE}", *stages()}


def test_every_layer_is_made_of_a_lock_file_with_hashes() -> None:
    known = {lock.file for lock in LOCKS}
    made = [rest for stage in stages() for rest in arguments(stage, "RUN") if "environment" in rest]
    assert len(made) == 3
    for command in made:
        lock = re.search(r"/build/(requirements-\w+\.lock)", command)
        assert lock is not None
        assert lock[1] in known
    assert "--require-hashes" in (FOLDER / "build.sh").read_text()


def test_the_rooms_that_are_copied_exist() -> None:
    for stage in stages():
        for command in arguments(stage, "RUN"):
            if "build.sh rooms" in command:
                assert all((ROOT / room).is_dir() for room in command.split("/source /app ")[1].split())


@pytest.mark.parametrize("image", ["worker", "trainer"])
def test_what_renders_has_the_fonts_of_the_recipes(image: str) -> None:
    assert arguments("fonts", "RUN") == ["/build/build.sh fonts /opt/tags/bin/python /app"]
    brought = {rest.split()[-1] for rest in arguments(image, "COPY") if "--from=fonts" in rest}
    # Where `data_gen.fonts` looks that a package or npm fills; the image works in /app.
    assert brought == {"/usr/share/fonts", "/usr/share/texmf/fonts", "/app/fonts"}
    assert {"data_gen"} <= set(arguments("worker-layers", "RUN")[-1].split())
    assert arguments("base", "WORKDIR") == ["/app"]


def test_no_secret_stands_in_it() -> None:
    assert not re.search(r"(PASSWORD|TOKEN|SECRET|STORE_KEY)", (FOLDER / "Dockerfile").read_text())


def test_what_is_private_stays_out_of_the_context() -> None:
    left_out = set((ROOT / ".dockerignore").read_text().split())
    assert {".git", ".venv*", "var", "tests"} <= left_out


def test_the_rooms_are_made_readable_for_all_and_writable_for_nobody(tmp_path: Path) -> None:
    script = FOLDER / "build.sh"
    subprocess.run(["sh", str(script), "rooms", str(ROOT), str(tmp_path / "app"), "deploy"], check=True, timeout=600)
    files = [path for path in (tmp_path / "app").rglob("*") if path.is_file()]
    assert any(path.suffix == ".pyc" for path in files)
    assert all(path.stat().st_mode & 0o222 == 0 for path in files)
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path / "app")], check=True)


def test_an_unknown_layer_is_refused() -> None:
    done = subprocess.run(["sh", str(FOLDER / "build.sh"), "else"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 2
