"""The only room with sockets: the blocking client, LocalDC in its thread, and programs that are judged over pipes.

A client is `endpoints` (where to), `line` (one connection), `conversation` (a session over it), `keys` (both keys, and
their end) and `client` (the binding and the calls). The server side is `server`, `door`, `served` and `neighbours`.
"""
