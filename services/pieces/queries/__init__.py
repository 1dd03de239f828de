"""Reads for the API and the operations, by what is read; they write nothing.

A row that is hidden or another candidate's raises NotFound, as one that does not exist.
"""
