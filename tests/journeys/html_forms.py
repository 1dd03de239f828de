"""What a browser sends with the forms of its own site."""

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
