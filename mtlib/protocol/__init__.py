"""The conversations: packets, the key exchange, the binding and its checks, sessions, a data centre without sockets.

No clock, no entropy and no input or output of their own. `SCHEMA` is `wire`'s, with the insides of sealed fields
described by the modules that know them.
"""

from mtlib.protocol import binding, exchange_messages  # noqa: F401  they say what is inside of sealed fields
from mtlib.wire import SCHEMA

__all__ = ["SCHEMA"]
