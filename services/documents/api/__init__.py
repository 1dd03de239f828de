"""The HTTP interface of documents: candidates read what is theirs, gestionnaires publish."""
