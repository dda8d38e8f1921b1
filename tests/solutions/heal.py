"""Lesson 22. The pair of block i + 2, repeated in block i."""

SOLUTION = """\
def heal(plaintext, ciphertext, iv, i):
    def xor(*blocks):
        return bytes(a ^ b ^ c for a, b, c in zip(*blocks))
    c = [iv[:16]] + [ciphertext[at:at + 16] for at in range(0, len(ciphertext), 16)]
    m = [iv[16:]] + [plaintext[at:at + 16] for at in range(0, len(plaintext), 16)]
    u = [None] + [xor(m[k], c[k - 1], bytes(16)) for k in range(1, len(c))]
    v = [None] + [xor(c[k], m[k - 1], bytes(16)) for k in range(1, len(c))]
    c[i] = xor(c[i], v[i], v[i + 2])
    c[i + 1] = xor(c[i + 1], u[i], u[i + 2])
    return b"".join(c[1:])
"""

WRONG = {
    "first_only": SOLUTION.replace("    c[i + 1] = xor(c[i + 1], u[i], u[i + 2])\n", ""),
    "second_only": SOLUTION.replace("    c[i] = xor(c[i], v[i], v[i + 2])\n", ""),
    "exchanged": SOLUTION.replace("v[i], v[i + 2]", "U").replace("u[i], u[i + 2]", "v[i], v[i + 2]").replace(
        "U", "u[i], u[i + 2]"
    ),
    "neighbours": SOLUTION.replace("[i + 2]", "[i + 1]"),
    "halves_of_the_iv": SOLUTION.replace("iv[:16]", "IV").replace("iv[16:]", "iv[:16]").replace("IV", "iv[16:]"),
    "block_moved": """\
def heal(plaintext, ciphertext, iv, i):
    c = [ciphertext[at:at + 16] for at in range(0, len(ciphertext), 16)]
    c[i - 1], c[i + 1] = c[i + 1], c[i - 1]
    return b"".join(c)
""",
    "v_on_the_wire": SOLUTION.replace("c[i] = xor(c[i], v[i], v[i + 2])", "c[i] = v[i + 2]"),
}
