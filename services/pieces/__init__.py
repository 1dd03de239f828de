"""pieces owns what candidates deposit as justificatifs: files, validations, and the controls of the gestionnaires.

Publishes nothing. Listens to registration_saved, registration_withdrawn and window_changed.
"""
