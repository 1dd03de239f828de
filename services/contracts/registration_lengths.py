"""The lengths (characters) of the catalogue's codes and labels, which columns here and in other services hold, and of
what people type.

Tables are defined with them, and the catalogue's check refuses what is longer.
"""

CODE = 64  # of an exam, a session, a pièce, a regroupement, a form; of épreuves and questions, which name fields
SHORT_CODE = 32  # of a spécialité or an establishment
LABEL = 200  # of these two
FIELD_NAME = 200  # as it is posted: « autre_bts-garder-<code of an épreuve> »
MESSAGE_TITLE = 200  # of the home page
MESSAGE_TEXT = 10_000  # of the home page
FIELD_VALUE = 10_000  # posted for one field, whatever it is
ANSWER = 200  # typed into a field of a tab
NOTE = 2000  # between gestionnaires
REASON = 1000  # of an act of staff: dates that move, a candidature that ends
REFUSAL_REASON = 300  # of a piece, as a candidate reads it
EXCLUSIVITY_KEY = 200  # names and codes of exam, session, académie and spécialité together
CANDIDATE_NAME = 210  # as staff read and search it; the rest of a longer one is cut off
ETABLISSEMENT_SEARCH = 300  # label and code of an establishment as they are searched
