"""Lesson 24. A key is named in the request, and once more in front of the seal."""

SOLUTION = """\
def renamed(request, id_bytes):
    return request[:4] + id_bytes + request[12:25] + id_bytes + request[33:]
"""

WRONG = {
    "only_the_request": SOLUTION.replace("request[12:25] + id_bytes + request[33:]", "request[12:]"),
    "only_the_seal": SOLUTION.replace("request[:4] + id_bytes + request[12:25]", "request[:25]"),
    "turned_round": SOLUTION.replace("+ id_bytes", "+ id_bytes[::-1]"),
    "length_byte": SOLUTION.replace("25]", "24]").replace("[33:", "[32:"),
}
