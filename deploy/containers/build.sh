#!/bin/sh
# The layers of the images, one a command; the Dockerfile runs these, and so does docs/containers.md where there is no engine.
#
#   build.sh environment FOLDER LOCK [NODEPS]   a virtual environment with what a lock file names, checked by its hashes
#   build.sh rooms SOURCE FOLDER ROOM...        the rooms of the repository that an image needs, compiled
#   build.sh fonts PYTHON FOLDER                the fonts that recipes name: Debian's packages, and npm's in FOLDER/fonts
set -eu

command=$1
shift
case "$command" in
environment)
    folder=$1 lock=$2 nodeps=${3:-}
    python3 -m venv "$folder"
    # Without pip of the distribution's age: hashes and markers of the lock file are what counts.
    "$folder/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    if [ -n "$nodeps" ]; then
        "$folder/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r "$nodeps"
    fi
    # Nothing is installed in a container that runs.
    "$folder/bin/python" -m pip uninstall --quiet --yes pip setuptools 2>/dev/null || true
    find "$folder" -type d -name tests -path '*/site-packages/*/tests' -prune -exec rm -rf {} +
    ;;
rooms)
    source=$1 folder=$2
    shift 2
    mkdir -p "$folder"
    for room in "$@"; do
        cp -R "$source/$room" "$folder/$room"
    done
    find "$folder" -name __pycache__ -type d -prune -exec rm -rf {} +
    python3 -m compileall -q -j 1 "$folder"
    # Whoever the container runs as may read, and nobody may write.
    chmod -R a=rX "$folder"
    ;;
fonts)
    python=$1 folder=$2
    cd "$folder"
    packages=$("$python" -c 'from data_gen.missing_fonts import PACKAGES; print(*PACKAGES)')
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # a word a package
    apt-get install -qq --yes --no-install-recommends npm $packages >/dev/null
    # Fonts hold the time at which they were converted, and count with all their bytes: the same ones from every build.
    SOURCE_DATE_EPOCH=0 "$python" -m data_gen fonts --recipe tags-7 --fetch
    chmod -R a=rX fonts
    ;;
*)
    echo "build.sh: unknown command $command" >&2
    exit 2
    ;;
esac
