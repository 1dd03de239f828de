"""Labels of the candidate categories, and guidance on which one to choose."""

from __future__ import annotations

from services.contracts.api.forms import Explanation, Guidance
from services.registrations.domain.exam_definition import Category, Exam
from services.registrations.domain.rules.prerequisites import years_label

TITLE = "Quelle catégorie choisir ?"
NOTICE = "categories_notice"  # of the exam's texts: what candidates in none of them do


def label(category: Category | None) -> str:
    """« FORMATION CONTINUE (320) »"""
    return f"{category.label} ({category.code})" if category else ""


def guidance(exam: Exam, year: int) -> Guidance | None:
    """One sentence for each public category that has one; None where the exam's catalogue says nothing."""
    explained: list[Explanation] = [
        {"label": label(category), "text": _filled(category, year)}
        for category in exam.categories
        if category.public and category.help is not None
    ]
    notice = " ".join(exam.texts.get(NOTICE, ())) or None
    return {"title": TITLE, "explanations": explained, "notice": notice} if explained else None


def _filled(category: Category, year: int) -> str:
    years = " ou ".join(years_label(years) for years in category.experience_in(year))
    return (category.help or "").replace("{experience}", years)
