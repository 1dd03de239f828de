"""What documents does: keep copies of candidatures, create their documents, give them out,
reconcile the store."""
