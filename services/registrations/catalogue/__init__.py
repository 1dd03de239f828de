"""Reads the catalogue's files into the domain's exams: reading, checking, JSON for storage,
differences.

Files are one folder per exam (`exam.yaml` and siblings). Nothing here touches a database.
"""
