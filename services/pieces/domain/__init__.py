"""The rules of « Mes justificatifs » on plain values, without I/O: formats, names, periods, what
may be done when."""
