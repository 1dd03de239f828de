"""Library of all services: settings, database, events, access, errors, clocks. It knows nothing of
exams."""
