"""The only room with sockets: the blocking client, LocalDC in its thread, and programs that are judged over pipes.

A client is `endpoints` (where to), `connection` (one connection) and `client` (both keys, the binding, the calls). The
server side is `server`, and `websocket` in front of it. `memory` takes the place of sockets where there are none, `tap`
is a relay that listens, and `judge` runs programs.
"""
