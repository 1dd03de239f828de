"""The rules of the exams as plain Python: no Flask, SQL, queue, clock or random inside."""
