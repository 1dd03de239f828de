"""From the event of a saved candidature to paper: plain functions, no database, no network, no clock.

`confirmation`, `demande` and `formulaire` say what a document holds (`sheet`); `printing` makes of it a PDF
and, from the same values, the HTML page that a screen reader can read (RGAA 13.3: the PDF is not tagged).
"""
