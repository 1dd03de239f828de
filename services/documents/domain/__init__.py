"""The types and formats of documents, their names and keys, and when a candidature's are shown."""
