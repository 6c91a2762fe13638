#!/bin/sh
# Gets the programs that single test suites need. Where that can't be done it says which suite will not run, and the
# one command that mends it; with CI=true every suite must run.
set -eu

# $1: Debian's package; $2: the suite that needs it; then the programs that must be there.
need() {
  package=$1 suite=$2 missing=
  shift 2
  for program; do
    command -v "$program" >/dev/null 2>&1 || missing=$program
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "tools: installing $package for $suite"
    log=$(mktemp)
    # Where there is an init system a package may start a service of its own; the tests use other ports and directories.
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package"; } \
      >"$log" 2>&1; then
      rm -f "$log"
      return 0
    fi
    tail -n 5 "$log" >&2
  fi
  printf 'tools: there is no %s here, so %s does not run\n  mend it with: %s\n' \
    "$missing" "$suite" "apt-get install --no-install-recommends $package (Debian, Ubuntu; as root)" >&2
  [ "${CI:-}" != true ]
}

status=0
need prometheus tests/integration/test_prometheus.py prometheus promtool || status=1
need chromium tests/e2e chromium || status=1
exit "$status"
