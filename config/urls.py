"""The address book of the whole site."""

from django.urls import include, path
from django.views.i18n import set_language

from config import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("i18n/setlang/", health.declared("everyone: choose a language")(set_language), name="set_language"),
    path("", include("workflow.urls")),
    path("", include("agreements.urls")),
    path("", include("notifications.urls")),
]
handler404 = "workflow.views.errors.not_found"
handler403 = "workflow.views.errors.forbidden"
handler500 = "workflow.views.errors.server_error"
