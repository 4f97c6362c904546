"""Addresses of supervision orders and weekly reports."""

from django.urls import path

from workflow.views import supervision, weekly

urlpatterns = [
    path("supervision/", supervision.supervision_page, name="supervision"),
    path("supervision/<int:supervision_id>/", supervision.order_page, name="supervision_order"),
    path("supervision/<int:supervision_id>/acknowledge", supervision.acknowledge, name="supervision_acknowledge"),
    path("supervision/<int:supervision_id>/answer", supervision.answer, name="supervision_answer"),
    path("supervision/<int:supervision_id>/close", supervision.close, name="supervision_close"),
    path("steps/<int:step_id>/supervise", supervision.issue, name="supervise"),
    path("weekly/", weekly.weekly_page, name="weekly"),
    path("weekly/<str:week>/", weekly.weekly_page, name="weekly_report"),
    path("weekly/<str:week>/read", weekly.weekly_read, name="weekly_read"),
    path("weekly/<str:week>/file.xlsx", weekly.weekly_file, name="weekly_file"),
]
