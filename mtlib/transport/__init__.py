"""How packets travel over a byte stream: framings, obfuscation, and the two ends of a connection.

Nothing here opens a socket: bytes go in as they came, in pieces of any size, and packets come out.
"""
