"""What every service stands on: settings, database, events, access, errors, clocks. Nothing of exams in it."""
