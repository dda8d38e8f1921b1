def questions(s): return []
