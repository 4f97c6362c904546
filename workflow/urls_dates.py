"""Addresses of calendars, deadlines, promises and the explanation of dates."""

from django.urls import path

from workflow.views import calendar

urlpatterns = [
    path("calendar/", calendar.calendar_page, name="calendar"),
    path("calendar/preview", calendar.preview, name="calendar_preview"),
    path("calendar/apply", calendar.apply, name="calendar_apply"),
    path("calendar/reload", calendar.reload, name="calendar_reload"),
]
