#!/bin/sh
# Gets the programs that single test suites need. Where that can't be done it says which suite will not run, and the
# one command that mends it; with CI=true every suite must run.
set -eu
PACKAGE=prometheus
SUITE=tests/integration/test_prometheus.py

command -v prometheus >/dev/null 2>&1 && command -v promtool >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "tools: installing $PACKAGE for $SUITE"
  log=$(mktemp)
  # Where there is an init system the package starts a service of its own; the tests use other ports and directories.
  if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$PACKAGE"; } \
    >"$log" 2>&1; then
    rm -f "$log"
    exit 0
  fi
  tail -n 5 "$log" >&2
fi
printf 'tools: there is no prometheus here, so %s does not run\n  mend it with: %s\n' \
  "$SUITE" "apt-get install --no-install-recommends $PACKAGE (Debian, Ubuntu; as root)" >&2
[ "${CI:-}" != true ]
