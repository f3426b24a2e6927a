"""What the form of a study shows of the proposal it began as."""

from django import template
from django.template.context import Context

from casestudies import access
from casestudies.models import CaseStudy, Proposal

register = template.Library()


@register.inclusion_tag("admin/casestudies/casestudy/proposal.html", takes_context=True)
def proposal_of(context: Context, study: CaseStudy | None) -> dict:
    """Return the proposal that a study began as, for staff who may see who made it."""
    user = context["request"].user
    if study is None or not access.may(user, "view_proposal"):
        return {"proposal": None}
    proposal = Proposal.objects.filter(case_study=study).select_related("case_study", "declined_by").first()
    return {"proposal": proposal, "may_decline": access.may(user, "archive_casestudy")}
