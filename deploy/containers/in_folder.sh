#!/bin/sh
# The layers of the image `app` without a container engine: made by the same build.sh in a folder with a Debian, and run there
# as user 10001 on a root that nobody may write. Needs root, debootstrap, bubblewrap and util-linux; docs/containers.md.
#
#   debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm FOLDER
#   in_folder.sh make FOLDER                       the layers
#   in_folder.sh run FOLDER DATA COMMAND...        a command, as the image would run it; settings come from the environment
set -eu

command=$1 root=$2
shift 2
here=$(cd "$(dirname "$0")/../.." && pwd)
case "$command" in
make)
    mkdir -p "$root/build" "$root/opt" "$root/data" "$root/source"
    cp "$here/deploy/containers/build.sh" "$here/requirements-watch.lock" "$root/build/"
    set -- --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --ro-bind /etc/resolv.conf /etc/resolv.conf
    # How this machine reaches the package index, where that is set.
    for place in /etc/pip.conf /etc/ssl/certs ${PIP_CERT:-}; do
        [ -e "$place" ] && set -- "$@" --ro-bind "$place" "$place"
    done
    bwrap "$@" --setenv HOME /tmp --setenv PATH /usr/bin:/bin /bin/sh /build/build.sh environment /opt/tags /build/requirements-watch.lock
    rm -rf "$root/app"
    bwrap --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --ro-bind "$here" /source --setenv PATH /usr/bin:/bin \
        /bin/sh /build/build.sh rooms /source /app backend frontend ocr_model datasets deploy .streamlit
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
