"""Lesson 24, elsewhere. Groups first, then halves."""

SOLUTION = """\
def questions(passwords, keys):
    asked = 0
    while passwords > 2 * keys:
        passwords, asked = passwords - keys, asked + 1
    return asked + (passwords - 1).bit_length()
"""

WRONG = {
    "one_by_one": "def questions(passwords, keys):\n    return passwords - 1\n",
    "always_halved": "def questions(passwords, keys):\n    return (passwords - 1).bit_length()\n",
    "group_only": "def questions(passwords, keys):\n    return (passwords + keys - 1) // keys\n",
    "last_group_asked": (
        "def questions(passwords, keys):\n    return (passwords + keys - 1) // keys + (keys - 1).bit_length()\n"
    ),
}
