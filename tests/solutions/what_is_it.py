"""Lesson 04. Five beginnings, five numbers."""

SOLUTION = """\
answer = {"A": -404, "B": -404, "C": -429, "D": 200, "E": 520}
"""

WRONG = {
    "error_without_its_sign": SOLUTION.replace('"A": -404', '"A": 4294966892'),
    "error_high_byte_first": SOLUTION.replace('"A": -404', '"A": 1828651007'),
    "error_taken_for_a_key_id": SOLUTION.replace('"B": -404', '"B": 8'),
    "error_taken_for_a_full_frame": SOLUTION.replace("-429", "4294966867"),
    "quick_ack_in_the_first_byte": SOLUTION.replace("200", "72"),
    "bytes_taken_for_words": SOLUTION.replace("200", "50"),
    "words_taken_for_bytes": SOLUTION.replace("520", "130"),
    "words_high_byte_first": SOLUTION.replace("520", "8519680"),
}
