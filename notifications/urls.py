"""The voice has no page of its own yet: the inbox is the engine's, so that the bell needs no worker."""

from django.urls import URLPattern

app_name = "notifications"
urlpatterns: list[URLPattern] = []
