"""What people and clocks do in registrations: one function each, one transaction each; the only writers."""
