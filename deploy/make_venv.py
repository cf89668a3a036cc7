"""Makes a virtual environment and installs requirements into it. Only the standard library; any Python can start it.

python3 deploy/make_venv.py .venv -r requirements.txt
"""

import subprocess
import sys

NEEDED = (3, 11)


def main(arguments):
    """Create or reuse the environment; a failure gives one clear line and exit status 1."""
    if sys.version_info < NEEDED:
        sys.exit(
            "The reader needs Python %d.%d or newer; %s is %d.%d. Name a newer one: make app PYTHON=python3.12"
            % (NEEDED + (sys.executable,) + sys.version_info[:2])
        )
    folder, requirements = arguments[0], arguments[1:]
    try:
        import ensurepip  # noqa: F401 - Debian packages it apart from Python
        import venv
    except ImportError:
        sys.exit(
            "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python%d.%d-venv"
            % sys.version_info[:2]
        )
    print("Setting up %s (the first time takes a minute or two) ..." % folder, flush=True)
    venv.create(folder, with_pip=True)
    pip = [folder + "/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call(pip + requirements):
        sys.exit("Installing %s failed; the lines above say why." % " ".join(requirements))


if __name__ == "__main__":
    main(sys.argv[1:])
