"""Renders documents from the event of a saved candidature: plain functions, no database, no
network, no clock.

What builds the content of a document (`sheet`) is named for it; `pdf_and_html` renders it as PDF
and, from the same values, as the HTML page that a screen reader can read (RGAA 13.3: the PDF is not
tagged).
"""
