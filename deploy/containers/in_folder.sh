#!/bin/sh
# The layers of the image `app` or `worker` without a container engine: made by the same build.sh in a folder with a Debian,
# and run there as user 10001 on a root that nobody may write. Needs root, debootstrap, bubblewrap and util-linux;
# docs/containers.md.
#
#   debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm FOLDER
#   in_folder.sh make FOLDER [app|worker]          the layers (app)
#   in_folder.sh run FOLDER DATA COMMAND...        a command, as the image would run it; settings come from the environment
set -eu

command=$1 root=$2
shift 2
here=$(cd "$(dirname "$0")/../.." && pwd)
case "$command" in
make)
    case "${1:-app}" in
    app) lock=requirements-watch.lock nodeps='' rooms='backend frontend ocr_model datasets deploy .streamlit' ;;
    worker) lock=requirements-train.lock nodeps=requirements-trdg.txt rooms='backend ocr_model data_gen datasets deploy' ;;
    *) echo "in_folder.sh: no image $1" >&2 && exit 2 ;;
    esac
    mkdir -p "$root/build" "$root/opt" "$root/data" "$root/source"
    cp "$here/deploy/containers/build.sh" "$here/$lock" "$root/build/"
    [ -z "$nodeps" ] || cp "$here/$nodeps" "$root/build/"
    set -- --bind "$root" / --proc /proc --dev /dev --perms 1777 --tmpfs /tmp --ro-bind /etc/resolv.conf /etc/resolv.conf
    # How this machine reaches the package index, where that is set.
    for place in /etc/pip.conf /etc/ssl/certs ${PIP_CERT:-}; do
        [ -e "$place" ] && set -- "$@" --ro-bind "$place" "$place"
    done
    set -- "$@" --setenv HOME /tmp --setenv PATH /usr/sbin:/usr/bin:/sbin:/bin
    bwrap "$@" /bin/sh /build/build.sh environment /opt/tags "/build/$lock" ${nodeps:+"/build/$nodeps"}
    rm -rf "$root/app"
    # shellcheck disable=SC2086 # a word a room
    bwrap --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --ro-bind "$here" /source --setenv PATH /usr/bin:/bin \
        /bin/sh /build/build.sh rooms /source /app $rooms
    [ -z "$nodeps" ] || bwrap "$@" /bin/sh /build/build.sh fonts /opt/tags/bin/python /app
    ;;
run)
    data=$1
    shift
    install -d -o 10001 -g 10001 -m 0700 "$data"
    exec setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs bwrap --unshare-user --unshare-pid --die-with-parent \
        --ro-bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --bind "$data" /data --chdir /app \
        --setenv PATH /opt/tags/bin:/usr/bin:/bin --setenv HOME /tmp --setenv TAGS_DATA_DIR /data \
        --setenv PYTHONDONTWRITEBYTECODE 1 --setenv PYTHONUNBUFFERED 1 "$@"
    ;;
*)
    echo "in_folder.sh: make or run" >&2
    exit 2
    ;;
esac
