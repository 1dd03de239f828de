"""The HTTP interface of pieces: candidates deposit, staff and their tools control."""
