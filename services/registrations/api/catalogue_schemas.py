"""Schemas of the catalogue as an administrator compares and loads it."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.french import file_size
from services.contracts.catalogue_rules import MAX_CATALOGUE_BYTES

_TOO_LARGE = f"L'archive dépasse {file_size(MAX_CATALOGUE_BYTES)}."


class Archive(fields.String):
    """Bytes of at most MAX_CATALOGUE_BYTES, in base64 of the alphabet for addresses (RFC 4648, 5)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            content = urlsafe_b64decode(text.encode("ascii"))
        except (UnicodeEncodeError, binascii.Error) as error:
            raise ValidationError("Ce n'est pas du base64.") from error
        if len(content) > MAX_CATALOGUE_BYTES:
            raise ValidationError(_TOO_LARGE)
        return content


class CatalogueArchive(Schema):
    archive = Archive(required=True, metadata={"description": "Archive ZIP du dossier, en base64url"})


class CatalogueToLoad(CatalogueArchive):
    etag = fields.String(
        required=True, validate=validate.Length(max=64), metadata={"description": "De la comparaison qui a été lue"}
    )


class ConcernedSession(Schema):
    session = fields.String()
    label = fields.String()
    drafts = fields.Integer(metadata={"description": "Brouillons qui ne sont pas transmis"})
    candidatures = fields.Integer(metadata={"description": "Candidatures actives"})


class ComparedExam(Schema):
    code = fields.String()
    label = fields.String()
    is_new = fields.Boolean()
    changes = fields.Integer(metadata={"description": "Combien de changements en tout"})
    lines = fields.List(fields.String(), metadata={"description": "Les premiers changements, une phrase chacun"})
    sessions = fields.List(fields.Nested(ConcernedSession))


class CatalogueComparison(Schema):
    etag = fields.String(metadata={"description": "À renvoyer pour charger cette archive"})
    exams = fields.List(fields.Nested(ComparedExam))
    left = fields.List(fields.String(), metadata={"description": "Examens en vigueur que l'archive n'a pas"})
    new_etablissements = fields.Integer()
    changed_etablissements = fields.Integer()


class ExamInForce(Schema):
    code = fields.String()
    label = fields.String()
    sessions = fields.List(fields.String())
    loaded_at = fields.AwareDateTime()
    loaded_by_staff = fields.Boolean(metadata={"description": "Par un administrateur ; sinon par une commande"})


class ExamsInForce(Schema):
    exams = fields.List(fields.Nested(ExamInForce))
