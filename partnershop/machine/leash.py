"""Start a program that the kernel ends when its starter ends, even when the starter is killed with SIGKILL.

`on_leash` builds the command. The command runs this file as a script: it becomes the wanted user, asks the kernel for
the signal (prctl PR_SET_PDEATHSIG), and replaces itself by the program. A `preexec_fn` would do the same between fork
and exec, but is documented as unsafe in a process with threads, and switching the user afterwards clears the request.

Two limits of the kernel's request, see prctl(2): it goes to the program itself and not to the children it starts (see
`guardian.py`), and "starter" means the *thread* that started it, so start from a thread that lives as long as the
program should.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CANNOT_RUN = 126


def on_leash(argv: Sequence[str], *, ending: signal.Signals, user: pwd.struct_passwd | None = None) -> list[str]:
    """The command that runs `argv` on a leash of the calling process.

    `ending` is the signal the program gets when this process ends. `user`: run as that user (only root may); None
    keeps the present one. On systems without prctl the program runs without the leash.
    """
    identity = f"{user.pw_uid}:{user.pw_gid}" if user else "-"
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), str(int(ending)), identity, *argv]


def _become(identity: str) -> None:
    uid, _, gid = identity.partition(":")
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))


def _run(parent: int, ending: int, identity: str, argv: list[str]) -> None:
    if identity != "-":
        _become(identity)  # before the request: a change of user clears it
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, ending, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
        if os.getppid() != parent:  # the starter was gone before the request was made
            os._exit(0)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    try:
        _run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    except OSError as error:
        print(f"cannot run {sys.argv[4]}: {error}", file=sys.stderr)
        sys.exit(_CANNOT_RUN)
