"""What stands between students' programs, and between them and the teacher: the best that this machine has.

On Linux `unshare` gives a program a process table, a network and a file system of its own. In that file system there
are the system's libraries, this Python and mtlib, all read-only, and nothing else: no neighbour, no teacher's home.
Where this runs as root, each program gives its rights up for those of a user that is nobody, another one each.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONE = Path(__file__).with_name("grade_one.py")
USERS = range(61184, 65520)
"""Numbers of users that are nobody: systemd takes its passing users from them too, and they own no file."""

LONGEST = 120
"""Seconds that a program lives at most, should the examiner be killed before it can end it."""
OWN = (
    "timeout", "--signal=KILL", str(LONGEST), "unshare", "--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc",
)  # fmt: skip
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/nix/store")
NEW_ROOT = """
set -e
umask 022
new=/mnt
mount -t tmpfs -o size=1m,mode=755 none "$new"
while [ "$1" != -- ]; do
    mkdir -p "$new$1"
    mount --rbind "$1" "$new$1"
    mount -o remount,bind,ro "$new$1" || :
    shift
done
shift
mkdir "$new/proc" "$new/old" "$new/dev"
for device in null zero random urandom; do
    : > "$new/dev/$device"
    mount --bind "/dev/$device" "$new/dev/$device"
done
mount -t proc proc "$new/proc"
cd "$new"
pivot_root . old
umount -l old
exec "$@"
"""
"""A root folder with the folders named before the --, each in its place, and the command after it."""


@dataclass(frozen=True)
class Walls:
    """`prefix` is what starts a program behind them; `first_user` the place in USERS of the first student's user."""

    prefix: tuple[str, ...] = ()
    first_user: int | None = None

    def user(self, number: int) -> int | None:
        return None if self.first_user is None else USERS[(self.first_user + number) % len(USERS)]


def best(works: Callable[[Walls], str]) -> tuple[Walls, str]:
    """The best walls behind which a harmless program `works` (which says what is wrong, or nothing), and what has to
    be said about them; without any of them, that they are none. Raises OSError where the program does not work."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    first_user = secrets.randbelow(len(USERS)) if root else None
    apart = Walls(_apart(root), first_user)
    if sys.platform == "linux" and not works(apart):
        return apart, ""
    plain = Walls((), first_user)
    if trouble := works(plain):
        cure = " A user without rights has to be able to read it: put the course where everybody can." if root else ""
        raise OSError(f"a program that only imports mtlib cannot be run here: {trouble}.{cure}")
    if root:
        return plain, "Students' programs run as users without rights, but can read whatever everybody can read here."
    return plain, ("Nothing keeps students' programs from your own files and processes here. Grade as root in a "
                   "container, or on a Linux where `unshare --user` works.")  # fmt: skip


def _apart(root: bool) -> tuple[str, ...]:
    folders = [*SYSTEM, sys.base_prefix, sys.prefix, str(ROOT / "mtlib"), str(ONE.parent)]
    here = [each for each in dict.fromkeys(folders) if Path(each).is_dir()]
    built = ("--", "sh", "-c", NEW_ROOT, "sh", *here, "--")
    # Who is not root is root in a world of users of its own until the mounts stand, and nobody in another one then.
    return (*OWN, *built) if root else (*OWN, "--user", "--map-root-user", *built, "unshare", "--user", "--")
