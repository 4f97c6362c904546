"""Addresses of calendars, deadlines, promises, the explanation of dates, and the handbook."""

from django.urls import path

from workflow.views import calendar, deadlines, handbook, promises, why

urlpatterns = [
    path("calendar/", calendar.calendar_page, name="calendar"),
    path("calendar/preview", calendar.preview, name="calendar_preview"),
    path("calendar/apply", calendar.apply, name="calendar_apply"),
    path("calendar/reload", calendar.reload, name="calendar_reload"),
    path("deadlines/", deadlines.deadlines_page, name="deadlines"),
    path("promises/", promises.promises_page, name="promises"),
    path("steps/<int:step_id>/promise", promises.promise, name="step_promise"),
    path("steps/<int:step_id>/why/", why.why_page, name="step_why"),
    path("help/", handbook.index, name="help"),
    path("help/<slug:chapter>/", handbook.chapter, name="help_chapter"),
]
