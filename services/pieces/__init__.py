"""pieces owns what candidates deposit as justificatifs: files, validations, and the controls of the gestionnaires.

Publishes pieces_reminded and pieces_refused. Listens to registration_saved, registration_withdrawn and window_changed.
"""
