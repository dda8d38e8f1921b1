"""Lesson 18. One thing only is success."""

SOLUTION = """\
import struct


def bind_accepted(replies, msg_id):
    rpc_result, bool_true = bytes.fromhex("016d5cf3"), bytes.fromhex("b5757299")
    front = rpc_result + struct.pack("<q", msg_id)
    for reply in replies:
        if reply == front + bool_true:
            return True
    return False
"""

WRONG = {
    "new_session_taken_for_the_answer": SOLUTION.replace(
        "reply == front + bool_true", "reply == front + bool_true or reply[0:12] == greeting + front[4:]"
    ).replace("    for ", '    greeting = bytes.fromhex("0809c29e")\n    for '),
    "any_bool_is_success": SOLUTION.replace(
        "reply == front + bool_true", 'reply[0:12] == front and reply[12:] in (bool_true, bytes.fromhex("379779bc"))'
    ),
    "result_of_another_call": SOLUTION.replace("reply == front + bool_true", "reply[-4:] == bool_true"),
    "any_answer_is_success": SOLUTION.replace("reply == front + bool_true", "reply[0:12] == front"),
    "first_reply_only": SOLUTION.replace("in replies:", "in replies[:1]:"),
    "last_reply_only": SOLUTION.replace("in replies:", "in replies[-1:]:"),
    "msg_id_high_byte_first": SOLUTION.replace('"<q"', '">q"'),
}
