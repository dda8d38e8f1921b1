"""Lesson 18. Which reply, and where in it."""

SOLUTION = """\
answer = {"reply": 4, "req_msg_id": 4, "result": 12}
"""

WRONG = {
    "new_session_taken_for_the_answer": SOLUTION.replace('"reply": 4', '"reply": 0'),
    "ack_taken_for_the_answer": SOLUTION.replace('"reply": 4', '"reply": 1'),
    "result_of_another_call": SOLUTION.replace('"reply": 4', '"reply": 2'),
    "pong_taken_for_the_answer": SOLUTION.replace('"reply": 4', '"reply": 3'),
    "req_msg_id_at_0": SOLUTION.replace('"req_msg_id": 4', '"req_msg_id": 0'),
    "result_at_req_msg_id": SOLUTION.replace('"result": 12', '"result": 4'),
    "result_as_the_second_int": SOLUTION.replace('"result": 12', '"result": 8'),
}
