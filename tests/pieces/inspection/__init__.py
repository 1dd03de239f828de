"""Files good and bad, made by real programs and then spoilt."""
