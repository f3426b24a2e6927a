"""Words of Django and django-allauth whose own Russian does not read well, so that our catalogue has them.

What our catalogue has wins over theirs, and makemessages keeps what stands in code. Nothing imports this.
"""

from django.utils.translation import gettext_noop

# The case of what is filled in fits no sentence.
gettext_noop("Select %s to change")
gettext_noop("Select %s to view")
gettext_noop("Add %s")
gettext_noop("Add %(name)s")
gettext_noop("Add another %(verbose_name)s")
gettext_noop("Change %s")
gettext_noop("View %s")
gettext_noop("Cannot delete %(name)s")
# The page of an account.
gettext_noop("Authenticator App")
gettext_noop("Authenticator secret")
gettext_noop("Activate Authenticator App")
gettext_noop("You can store this secret and use it to reinstall your authenticator app at a later time.")
