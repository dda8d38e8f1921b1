"""Lesson 22. What the two new blocks say, without the key."""

SOLUTION = """\
def foresee(plaintext, ciphertext, iv, i):
    def xor(*blocks):
        return bytes(a ^ b ^ c for a, b, c in zip(*blocks))
    c = [iv[:16]] + [ciphertext[at:at + 16] for at in range(0, len(ciphertext), 16)]
    m = [iv[16:]] + [plaintext[at:at + 16] for at in range(0, len(plaintext), 16)]
    u = [None] + [xor(m[k], c[k - 1], bytes(16)) for k in range(1, len(c))]
    v = [None] + [xor(c[k], m[k - 1], bytes(16)) for k in range(1, len(c))]
    return xor(m[i], u[i], u[i + 2]) + xor(m[i + 1], v[i], v[i + 2])
"""

WRONG = {
    "second_unchanged": SOLUTION.replace("xor(m[i + 1], v[i], v[i + 2])", "m[i + 1]"),
    "exchanged": SOLUTION.replace("v[i], v[i + 2]", "U").replace("u[i], u[i + 2]", "v[i], v[i + 2]").replace(
        "U", "u[i], u[i + 2]"
    ),
    "halves_of_the_iv": SOLUTION.replace("iv[:16]", "IV").replace("iv[16:]", "iv[:16]").replace("IV", "iv[16:]"),
    "as_before": "def foresee(plaintext, ciphertext, iv, i):\n    return plaintext[16 * (i - 1) : 16 * (i + 1)]\n",
    "text_of_the_partner": SOLUTION.replace("xor(m[i], u[i], u[i + 2])", "m[i + 2]"),
    "u_for_the_text": SOLUTION.replace("xor(m[i], u[i], u[i + 2])", "u[i + 2]").replace(
        "xor(m[i + 1], v[i], v[i + 2])", "u[i + 1]"
    ),
}
