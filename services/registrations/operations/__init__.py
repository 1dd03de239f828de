"""What changes data in registrations: one function per action, one transaction each; the only
writers."""
