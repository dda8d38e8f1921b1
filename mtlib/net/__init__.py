"""The only package with sockets: the blocking client, LocalDC in its thread, and programs that are judged over pipes.

A client is `endpoints` (where to), `connection` (one connection) and `client` (both keys, the binding, the calls). The
server side is `server`, with `websocket` in front of it. `memory` replaces sockets on systems without them, `tap` is a
relay that listens, and `judge` runs programs.
"""
