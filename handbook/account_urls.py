"""The pages of one's own account: those of django-allauth that staff need, and no others."""

from allauth.account import views
from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from . import second_factor

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="mfa_index"), name="account_index"),
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # says that administrators make accounts
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    # Before allauth's own, which removes the last key even if it is required.
    path("2fa/webauthn/keys/<int:pk>/remove/", second_factor.remove_key, name="mfa_remove_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
if settings.PASSWORD_RESET_BY_EMAIL:
    urlpatterns += [
        path("password/reset/", views.password_reset, name="account_reset_password"),
        path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
        re_path(
            r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            views.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path(
            "password/reset/key/done/",
            views.password_reset_from_key_done,
            name="account_reset_password_from_key_done",
        ),
    ]
