# Sourced by the scripts beside it: sets `root` to the checkout and `python` to a Python the launcher can run on.
# A bare machine's Python is enough: the launcher itself needs nothing but the standard library.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
python=
for candidate in "$root/.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Stopped: no Python 3.11 or newer was found on this machine." >&2
    echo "What to do: install one (Debian and Ubuntu: apt-get install python3 python3-venv), then run this again." >&2
    exit 1
fi
