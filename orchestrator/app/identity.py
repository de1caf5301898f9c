"""Who sits at this machine: the name that the operating system gives, until a service brings identities."""

import getpass
import os


def this_user() -> str:
    """`local:NAME`; by the process's user id where there are such, because a variable can be set by anybody."""
    if not hasattr(os, "getuid"):
        return f"local:{getpass.getuser()}"
    import pwd  # noqa: PLC0415  # Windows has none

    number = os.getuid()
    try:
        return f"local:{pwd.getpwuid(number).pw_name}"
    except KeyError:  # a container's user that nobody named
        return f"local:uid-{number}"
