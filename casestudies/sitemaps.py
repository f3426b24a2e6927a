"""Every page for search engines, with its translations."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import F, Max, QuerySet
from django.urls import reverse

from .models import CaseStudy, Chapter, Convention, Country, SearchEntry, Theme


class Bilingual(Sitemap):
    """Pages in every language, each naming the others; who prefers none of them is sent to the default language's."""

    i18n = True
    alternates = True

    def get_domain(self, site=None) -> str:
        """Return the host that readers use: the setting, else that of the request."""
        return urlsplit(settings.SITE_URL).netloc or super().get_domain(site)

    def get_protocol(self, protocol: str | None = None) -> str:
        """Return the scheme that readers use: the setting's, else that of the request."""
        return urlsplit(settings.SITE_URL).scheme or super().get_protocol(protocol)

    def get_urls(self, page=1, site=None, protocol=None) -> list[dict]:
        """Return the addresses of a page of the sitemap."""
        urls = super().get_urls(page, site, protocol)
        for url in urls:
            # Not Sitemap.x_default: it takes the language off the address, and here every address has one.
            default = next(each for each in url["alternates"] if each["lang_code"] == settings.LANGUAGE_CODE)
            url["alternates"].append({**default, "lang_code": "x-default"})
        return urls


class StudySitemap(Bilingual):
    """The published studies."""

    def items(self) -> QuerySet[CaseStudy]:
        """Return the studies, in an order that does not change."""
        return (
            CaseStudy.objects.published().only("slug").annotate(changed_at=F("search_entry__changed_at")).order_by("pk")
        )

    def lastmod(self, study: CaseStudy) -> datetime:
        """Return when the study last changed."""
        return study.changed_at

    def get_latest_lastmod(self) -> datetime | None:
        """Return when any study last changed, without reading all."""
        return SearchEntry.objects.aggregate(latest=Max("changed_at"))["latest"]


class VocabularySitemap(Bilingual):
    """The pages of chapters, themes, conventions, and of the countries that have studies."""

    def items(self) -> list[Chapter | Theme | Convention | Country]:
        """Return the records."""
        countries = Country.objects.filter(pk__in=SearchEntry.objects.values("case_study__countries"))
        return [*Chapter.objects.all(), *Theme.objects.all(), *Convention.objects.all(), *countries]


class PageSitemap(Bilingual):
    """The pages that are there once."""

    def items(self) -> list[str]:
        """Return the names of the addresses."""
        lists = ["case-list", "chapter-list", "theme-list", "country-list", "convention-list"]
        return ["home", *lists, "about", "propose", "privacy", "api-documentation"]

    def location(self, name: str) -> str:
        """Return the path of a page, in the active language."""
        return reverse(name)


SITEMAPS = {"studies": StudySitemap, "vocabularies": VocabularySitemap, "pages": PageSitemap}
