"""Runs a check on a stranger's file in a process that can do nothing but read it and answer.

A check is a function of a service's module: `checks` has it run, within limits of memory and time,
by `program`.
"""
