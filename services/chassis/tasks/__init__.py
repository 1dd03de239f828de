"""Work that a service does later: one table, one loop, one set of commands and figures.

registry.py   what a service does: reactions to events, follow-ups, timed jobs
rows.py       the table: written with the change that asks for it, taken by a lease, ended with its effect
runner.py     runs what is due; services/chassis/process/worker.py has a thread for each channel
commands.py   the operators'
"""
