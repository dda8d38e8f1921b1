"""The protocol as values and functions: packets, bindings, key exchanges, sessions, a data centre. No sockets."""
