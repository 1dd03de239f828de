"""The HTTP interface of documents: candidates read what is theirs; nothing is written by it."""
