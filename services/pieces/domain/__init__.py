"""The rules of « Mes justificatifs » as plain values: formats, names, periods, what may be done with a piece."""
