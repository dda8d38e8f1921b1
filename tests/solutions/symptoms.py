"""Lesson 19. Twelve symptoms, twelve causes."""

SOLUTION = """\
answer = {1: "b", 2: "j", 3: "e", 4: "h", 5: "a", 6: "g", 7: "c", 8: "k", 9: "d", 10: "f", 11: "i", 12: "l"}
"""

WRONG = {
    "dropped_although_right": SOLUTION.replace('3: "e"', '3: "d"'),
    "silence_taken_for_a_clock": SOLUTION.replace('12: "l"', '12: "f"'),
    "symptom_1": SOLUTION.replace('{1: "b"', '{1: "j"'),
    "symptom_2": SOLUTION.replace(' 2: "j"', ' 2: "b"'),
    "symptom_3": SOLUTION.replace('3: "e"', '3: "j"'),
    "symptom_4": SOLUTION.replace('4: "h"', '4: "f"'),
    "symptom_5": SOLUTION.replace('5: "a"', '5: "d"'),
    "symptom_6": SOLUTION.replace('6: "g"', '6: "e"'),
    "symptom_7": SOLUTION.replace('7: "c"', '7: "k"'),
    "symptom_8": SOLUTION.replace('8: "k"', '8: "a"'),
    "symptom_9": SOLUTION.replace('9: "d"', '9: "l"'),
    "symptom_10": SOLUTION.replace('10: "f"', '10: "h"'),
    "symptom_11": SOLUTION.replace('11: "i"', '11: "k"'),
    "symptom_12": SOLUTION.replace('12: "l"', '12: "d"'),
}
