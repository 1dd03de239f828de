"""The portal's services: one package per service, plus what they share.

All of them stand on `clock` and `french`; `contracts` stands on these, `chassis` on both.
"""
