"""The fields that hold a text in every language: one column a language."""

from modeltranslation.translator import TranslationOptions, register

from . import models


@register(models.CaseStudy)
class CaseStudyTranslation(TranslationOptions):
    """The six texts of a study, and the group of countries that acted."""

    required_languages = ("en",)
    fields = ("title", "summary", "challenge", "practice", "results", "lessons", "region_scope")


@register(models.Outcome)
class OutcomeTranslation(TranslationOptions):
    """What was measured."""

    required_languages = ("en",)
    fields = ("indicator",)


@register(models.Theme)
class ThemeTranslation(TranslationOptions):
    """Names and synonyms."""

    required_languages = ("en",)
    fields = ("name", "definition", "synonyms")
    fallback_undefined = {"synonyms": []}


@register(models.Chapter)
class ChapterTranslation(TranslationOptions):
    """Titles and summaries."""

    required_languages = ("en",)
    fields = ("title", "summary")


@register(models.Region)
class RegionTranslation(TranslationOptions):
    """Names."""

    required_languages = ("en",)
    fields = ("name", "alternative_names")
    fallback_undefined = {"alternative_names": []}


@register(models.Country)
class CountryTranslation(TranslationOptions):
    """Names."""

    required_languages = ("en",)
    fields = ("name", "alternative_names", "field_operation")
    fallback_undefined = {"alternative_names": []}


@register(models.Convention)
class ConventionTranslation(TranslationOptions):
    """Names, summary, and what is known of the list of parties."""

    required_languages = ("en",)
    fields = ("name", "short_name", "alternative_names", "depositary", "summary", "parties_as_of", "parties_note")
    fallback_undefined = {"alternative_names": []}


@register(models.Provision)
class ProvisionTranslation(TranslationOptions):
    """References, headings and gists."""

    required_languages = ("en",)
    fields = ("ref", "heading", "gist")


@register(models.Organization)
class OrganizationTranslation(TranslationOptions):
    """Names and roles."""

    required_languages = ("en",)
    fields = ("name", "role")


@register(models.GlossaryTerm)
class GlossaryTermTranslation(TranslationOptions):
    """Terms, abbreviations and definitions."""

    required_languages = ("en",)
    fields = ("term", "abbreviation", "definition")


@register(models.Concept)
class ConceptTranslation(TranslationOptions):
    """Words, by the language they belong to."""

    fields = ("expressions", "narrower")
    fallback_undefined = {"expressions": [], "narrower": []}
