"""Library of all services, which knows nothing of exams.

It is a ladder, each rung of which imports those below it alone (`make walls`):

    roles                                   the command line that starts a process, the worker
    web, tasks                              what is answered now, what is done later
    exports, events, http                   tables taken out, facts told to others, calls of others
    database                                transactions, migrations, the audit trail
    process, traces                         limits, logs, readiness; spans
    settings, untrusted_archives
    brand, csv_format, cursors, errors, quotas, signing_keys
"""
