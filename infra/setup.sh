#!/bin/sh
# Makes the virtual environment. Before that it checks what it needs, and each failure names the one command that mends it.
set -eu
PYTHON="${PYTHON:-python3}"
VENV="${VENV:-.venv}"
NEEDED_MB=1000

fail() {
  printf 'setup: %s\n  mend it with: %s\n' "$1" "$2" >&2
  exit 1
}

command -v "$PYTHON" >/dev/null 2>&1 ||
  fail "no '$PYTHON' on the PATH" "install Python 3.11 or newer, or: make setup PYTHON=/path/to/python3"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "$("$PYTHON" --version 2>&1) is too old, 3.11 or newer is needed" "make setup PYTHON=python3.12"
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "this Python has no venv module" "apt-get install python3-venv (Debian, Ubuntu)"
free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
[ "$free_mb" -ge "$NEEDED_MB" ] ||
  fail "only ${free_mb} MB free here, about ${NEEDED_MB} MB are needed" "free some space, or clone onto a larger disk"

echo "setup: making $VENV with $("$PYTHON" --version 2>&1)"
"$PYTHON" -m venv "$VENV"
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
  --editable ".[embedded,dev,parquet]" ||
  fail "the Python packages could not be installed (see pip's message above)" \
    "check the network and pip's index settings ('pip config list'), then: make setup"
touch "$VENV/.ready"
echo "setup: done"
