"""What every service stands on: settings, database, events, access, errors, clocks. No word of the exam trade in it."""
