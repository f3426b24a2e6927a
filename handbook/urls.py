"""Addresses: the admin stands alone, everything for readers under its language."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path
from django.views.generic import RedirectView

from casestudies import views
from casestudies.caching import for_programs
from casestudies.harvesting.views import oai
from casestudies.sitemaps import SITEMAPS

# The admin's own sign-in knows no second factor.
admin.site.login = secure_admin_login(admin.site.login)

SITEMAP = {"sitemaps": SITEMAPS}

urlpatterns = [
    path("", views.choose_language, name="choose-language"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("admin/account/", include("handbook.account_urls")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("sitemap.xml", for_programs(sitemaps.index), SITEMAP | {"sitemap_url_name": "sitemap"}),
    path("sitemap-<section>.xml", for_programs(sitemaps.sitemap), SITEMAP, name="sitemap"),
    path("oai", oai, name="oai"),
    path("oai/", RedirectView.as_view(pattern_name="oai", query_string=True)),
    path("api/v1/", include("casestudies.api.urls")),
    *i18n_patterns(path("", include("casestudies.urls"))),
]
handler404 = "casestudies.views.not_found"
handler500 = "casestudies.views.server_error"
