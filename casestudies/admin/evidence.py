"""The links of sources in the admin: checking them, and what was seen."""

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies import access, link_checks
from casestudies.context_processors import site_address
from casestudies.link_asking import Asker
from casestudies.models import CaseStudy, LinkCheck, Source

from .audit import RecordOfEvents

# So many addresses are asked for while the curator waits; more are asked for afterwards.
FEW = 5
MOST_AT_ONCE = 200


class ChecksLinks:
    """The action of the list of studies that checks the links of their sources."""

    def has_check_links_permission(self, request: HttpRequest) -> bool:
        """Say whether the curator may have other sites asked."""
        return access.may(request.user, "check_links")

    @admin.action(description=_("Check the links of the sources"), permissions=["check_links"])
    def check_links(self, request: HttpRequest, queryset: QuerySet[CaseStudy]) -> None:
        """Ask for the addresses that the chosen studies cite; many are asked for after this is answered."""
        cited = link_checks.addresses(queryset)
        asked = cited[:MOST_AT_ONCE]
        asker = Asker(site_address(request))
        if not asked:
            self.message_user(request, gettext("The sources of these studies have no web addresses."), messages.WARNING)
        elif link_checks.is_running():
            self.message_user(request, gettext("Links are being checked just now. Try again later."), messages.WARNING)
        elif len(asked) <= FEW:
            found = link_checks.counted(link_checks.check(asked, asker))
            self._say_with_list(request, "; ".join(f"{outcome}: {number}" for outcome, number in found) + ".")
        else:
            link_checks.in_background(asked, asker)
            text = ngettext("%(count)d address is being checked.", "%(count)d addresses are being checked.", len(asked))
            self._say_with_list(request, text % {"count": len(asked)})
        if len(cited) > len(asked):
            text = gettext(
                "These studies cite %(cited)d addresses; those checked longest ago come first, up to %(most)d at once."
            )
            self.message_user(request, text % {"cited": len(cited), "most": MOST_AT_ONCE}, messages.WARNING)

    def _say_with_list(self, request: HttpRequest, text: str) -> None:
        if access.may(request.user, "view_linkcheck"):
            address = reverse("admin:casestudies_linkcheck_changelist")
            text = format_html('{} <a href="{}">{}</a>', text, address, gettext("All link checks"))
        self.message_user(request, text, messages.SUCCESS)


class ShowsLastCheck:
    """What a row of a source shows beside its address: when that was asked for last, and what came out."""

    readonly_fields = ("last_check",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        """Fetch the last check with the sources."""
        last = LinkCheck.objects.filter(address=OuterRef("url"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                link_outcome=Subquery(last.values("outcome")),
                link_checked_at=Subquery(last.values("checked_at")),
            )
        )

    @admin.display(description=_("link"))
    def last_check(self, source: Source) -> str:
        """Return the outcome and its day."""
        outcome = getattr(source, "link_outcome", None)
        if outcome is None:
            return gettext("not checked yet") if source.url else "–"
        return format_html("{} {}", _label(outcome), _day(source.link_checked_at))


@admin.register(LinkCheck)
class LinkCheckAdmin(RecordOfEvents):
    """What every cited address answered last, with the studies that lean on it."""

    list_display = ("cited_address", "outcome_shown", "since", "checked", "studies")
    list_display_links = None
    list_filter = ("outcome",)
    search_fields = ("address", "final_address")
    list_per_page = 50
    fields = readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkCheck]:
        """Fetch the studies with the list, in the same query."""
        title = Coalesce(
            NullIf(F(f"title_{get_language()}"), Value("")), F("title_en"), F("slug"), output_field=CharField()
        )
        leaning = (
            CaseStudy.objects.exclude(status=CaseStudy.Status.ARCHIVED)
            .filter(pk__in=Source.objects.filter(url=OuterRef(OuterRef("address"))).values("case_study"))
            .annotate(entry=JSONObject(pk="pk", title=title))
            .order_by("slug")
            .values("entry")
        )
        return super().get_queryset(request).annotate(leaning=ArraySubquery(leaning))

    @admin.display(description=_("web address"), ordering="address")
    def cited_address(self, link: LinkCheck) -> str:
        """Return the address as a link to look at, with what is wrong or where it leads now."""
        parts = [web_link(link.address)]
        if link.outcome not in (LinkCheck.Outcome.WORKS, LinkCheck.Outcome.MOVED):
            parts.append(format_html('<span class="quiet">{}</span>', link.explanation))
        if link.final_address:
            parts.append(format_html("→ {}", web_link(link.final_address)))
        return _lines(parts)

    @admin.display(description=pgettext_lazy("of a link check", "outcome"), ordering="outcome")
    def outcome_shown(self, link: LinkCheck) -> str:
        """Return the outcome as a label."""
        return _label(link.outcome)

    @admin.display(description=_("failing since"), ordering="failing_since")
    def since(self, link: LinkCheck) -> str:
        """Return the day of the first failure in a row."""
        return _day(link.failing_since) if link.failing_since else "–"

    @admin.display(description=_("last checked"), ordering="checked_at")
    def checked(self, link: LinkCheck) -> str:
        """Return the day of the check."""
        return _day(link.checked_at)

    @admin.display(description=_("case studies"))
    def studies(self, link: LinkCheck) -> str:
        """Return the studies that lean on the address, as links to their forms."""
        form = "admin:casestudies_casestudy_change"
        rows = ((reverse(form, args=[study["pk"]]), study["title"]) for study in link.leaning)
        return _lines([format_html('<a href="{}">{}</a>', *row) for row in rows]) or "–"


def _lines(parts: list[str]) -> str:
    return format_html_join(mark_safe("<br>"), "{}", ((part,) for part in parts))


def _day(moment: datetime) -> str:
    return date_format(moment, "DATE_FORMAT")


def _label(outcome: str) -> str:
    return format_html('<span class="state link-{}">{}</span>', outcome, LinkCheck.Outcome(outcome).label)


def web_link(address: str) -> str:
    """Return an address as a link, if it is one that a browser may be led to."""
    if not address.startswith(("http://", "https://")):
        return address
    return format_html('<a class="web-address" href="{}" rel="noopener noreferrer">{}</a>', address, address)
