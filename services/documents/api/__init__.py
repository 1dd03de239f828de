"""The HTTP interface of documents: candidates read their own documents, gestionnaires publish."""
