"""pieces owns what candidates deposit as justificatifs: files, validations, and the controls of the
gestionnaires."""
