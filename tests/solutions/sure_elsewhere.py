"""Lesson 28, elsewhere. Who proves themselves to whom."""

SOLUTION = """\
sure_elsewhere = {
    "2G phone": "client", "HTTPS in a browser": "server", "SSH with a key": "both", "the bind alone": "client",
}
"""

WRONG = {
    "base_station_proved": SOLUTION.replace('"2G phone": "client"', '"2G phone": "both"'),
    "visitor_proved": SOLUTION.replace('"server"', '"both"'),
    "host_key_forgotten": SOLUTION.replace('"SSH with a key": "both"', '"SSH with a key": "client"'),
    "answer_proves": SOLUTION.replace('"the bind alone": "client"', '"the bind alone": "both"'),
}
