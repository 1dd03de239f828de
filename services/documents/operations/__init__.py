"""What documents does: keep copies of candidatures, make their documents, hand them out, put the store in order."""
