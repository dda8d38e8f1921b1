"""Lesson 06. Six values out of an exchange."""

SOLUTION = """\
answer = {
    "constructor": "p_q_inner_data_temp_dc",
    "dc": 2,
    "in_all_six": "nonce",
    "g": 3,
    "server_time": 1800000000,
    "expires_at": 1800086400,
}
"""

WRONG = {
    "permanent_taken_for_temporary": SOLUTION.replace("_temp", ""),
    "id_for_the_name": SOLUTION.replace("p_q_inner_data_temp_dc", "88 df fd 56"),
    "message_for_its_content": SOLUTION.replace("p_q_inner_data_temp_dc", "req_DH_params"),
    "temp_without_dc": SOLUTION.replace("_temp_dc", "_temp"),
    "test_network_counted": SOLUTION.replace('"dc": 2', '"dc": 10002'),
    "expires_in_taken_for_a_date": SOLUTION.replace("1800086400", "86400"),
    "server_time_taken_for_the_end": SOLUTION.replace("1800086400", "1800000000"),
    "not_there_at_first": SOLUTION.replace('"nonce"', '"server_nonce"'),
    "sealed_nonce": SOLUTION.replace('"nonce"', '"new_nonce"'),
    "g_high_byte_first": SOLUTION.replace('"g": 3', '"g": 50331648'),
    "end_taken_for_server_time": SOLUTION.replace("1800000000", "1800086400"),
    "server_time_from_elsewhere": SOLUTION.replace("1800000000", "1799999990"),
}
