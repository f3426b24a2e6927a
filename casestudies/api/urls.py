"""The addresses of the interface; the language is a parameter or a header."""

from django.urls import path

from casestudies.caching import for_programs

from . import views
from .endpoints import api

urlpatterns = [
    path("", views.to_documentation, name="api"),
    path("openapi.json", for_programs(views.openapi_document), name="openapi"),
    path("", api.urls),
]
