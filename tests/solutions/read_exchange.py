"""Lesson 06. Three values out of an exchange."""

SOLUTION = """\
answer = {"constructor": "p_q_inner_data_temp_dc", "dc": 2, "expires_at": 1800086400}
"""

WRONG = {
    "permanent_taken_for_temporary": SOLUTION.replace("_temp", ""),
    "id_for_the_name": SOLUTION.replace("p_q_inner_data_temp_dc", "88 df fd 56"),
    "message_for_its_content": SOLUTION.replace("p_q_inner_data_temp_dc", "req_DH_params"),
    "temp_without_dc": SOLUTION.replace("_temp_dc", "_temp"),
    "test_network_counted": SOLUTION.replace('"dc": 2', '"dc": 10002'),
    "expires_in_taken_for_a_date": SOLUTION.replace("1800086400", "86400"),
    "server_time_taken_for_the_end": SOLUTION.replace("1800086400", "1800000000"),
}
