#!/bin/sh
# Make .venv with the locked packages and the product itself; what only the system can give is seen to first.
#
# Run from the root of the checkout. Quick when there is nothing to do. Needs a Python from 3.11 to 3.13 with venv
# (PYTHON=... names one); installs Pango, which draws the papers' text, where it may, and else says how to.
set -eu

PANGO_PACKAGES="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

fail() {
    echo "partnershop: $*" >&2
    exit 1
}

# Two commands at once on a fresh checkout: the second waits for the first.
if command -v flock >/dev/null; then
    exec 9<requirements.lock
    flock 9
fi

python_fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

has_venv() {
    "$1" -c 'import venv, ensurepip' 2>/dev/null
}

# The newest that fits and can make a virtual environment; sets $python.
find_python() {
    python=
    without_venv=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        python_fits "$candidate" || continue
        if has_venv "$candidate"; then
            python=$candidate
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    [ -z "$without_venv" ] ||
        fail "$without_venv cannot make virtual environments; type: $(asking_root)apt-get install python3-venv"
    found=$(python3 --version 2>&1 || true)
    fail "no Python from 3.11 to 3.13 here (python3: $found); PYTHON=/path/to/python3 names one"
}

# The libraries that WeasyPrint opens at run time (its text/ffi.py), by the names the loader knows them under.
has_pango() {
    "$1" - 2>/dev/null <<'PYTHON'
import ctypes
for library in (
    "libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1",
):
    ctypes.CDLL(library)
PYTHON
}

as_root=
may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -ne 0 ] || return 0
    as_root="sudo -n"
    command -v sudo >/dev/null && sudo -n true 2>/dev/null
}

# How the user becomes root for one command: on a machine without sudo that is left to them.
asking_root() {
    if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then printf "sudo "; fi
}

install_pango() {
    apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq"
    echo "Installing $PANGO_PACKAGES (WeasyPrint draws text with them)"
    # A bare machine has no package lists yet; one with lists need not fetch them again.
    $apt install -y --no-install-recommends $PANGO_PACKAGES >/dev/null 2>&1 ||
        { $apt update && $apt install -y --no-install-recommends $PANGO_PACKAGES >/dev/null; } ||
        fail "Pango could not be installed; type: $(asking_root)apt-get install $PANGO_PACKAGES"
}

need_pango() {
    ! has_pango "$1" || return 0
    may_install || fail "Pango is missing; type: $(asking_root)apt-get install $PANGO_PACKAGES"
    install_pango
    has_pango "$1" || fail "Pango is still missing after installing $PANGO_PACKAGES; partnershop doctor says more"
}

# What the environment was made from and where: when it differs, something is to do.
fingerprint() {
    echo "$PWD"
    cat requirements.lock pyproject.toml scripts/setup.sh | cksum
}

is_current() {
    [ -x .venv/bin/python ] && [ "$(cat .venv/made-from 2>/dev/null)" = "$(fingerprint)" ] &&
        .venv/bin/python -c '' 2>/dev/null
}

# A moved or copied environment, or one whose Python is gone or does not fit, is made anew; any other is kept.
make_environment() {
    if python_fits .venv/bin/python && [ "$(head -n 1 .venv/made-from 2>/dev/null || echo "$PWD")" = "$PWD" ]; then
        return
    fi
    find_python
    rm -rf .venv
    "$python" -m venv .venv || fail "$python could not make .venv; type: $(asking_root)apt-get install python3-venv"
}

install_packages() {
    pip=".venv/bin/python -m pip --disable-pip-version-check --no-input"
    echo "Installing the packages of requirements.lock into .venv"
    # A user's `pip config set global.user true` has no meaning inside an environment, and pip stops at it.
    export PIP_USER=0
    # --no-deps and --no-build-isolation: nothing beyond the lock is fetched, and it names all that is needed.
    $pip install -qq --no-deps --require-hashes -r requirements.lock
    $pip install -qq --no-deps --no-build-isolation --editable .
}

if is_current; then
    need_pango .venv/bin/python
    exit 0
fi
if python_fits .venv/bin/python; then need_pango .venv/bin/python; else find_python && need_pango "$python"; fi
make_environment
install_packages
fingerprint >.venv/made-from
