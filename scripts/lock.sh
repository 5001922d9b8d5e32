#!/bin/sh
# Resolve pyproject.toml anew into requirements.lock: every package pinned and hashed, for Python 3.11 to 3.13.
#
# The machine's own uv configuration is left out, so that nothing of the machine that locks (mirrors, folders of
# wheels) gets into a file which every other machine reads; the check at the end makes sure of that.
set -eu

[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

new=$(mktemp requirements.lock.XXXXXX)
trap 'rm -f "$new"' EXIT
[ -f requirements.lock ] && cp requirements.lock "$new" # keeps the versions that still fit
.venv/bin/uv --config-file scripts/uv.toml pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --all-extras --custom-compile-command "make lock" \
    --output-file "$new" "$@" pyproject.toml

if grep -nE '://|^--|^ *-[if] ' "$new"; then
    echo "requirements.lock would name an address or a package index (lines above); nothing was written" >&2
    exit 1
fi
chmod 644 "$new"
mv "$new" requirements.lock
trap - EXIT
