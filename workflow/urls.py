"""Addresses of the engine's pages."""

from django.urls import path

from workflow.views import auth, cases, inbox, queue

urlpatterns = [
    path("", queue.home, name="home"),
    path("login/", auth.login, name="login"),
    path("logout/", auth.logout, name="logout"),
    path("password/", auth.password, name="password"),
    path("queue/", queue.queue_page, name="queue"),
    path("cases/<str:reference>/", cases.case_page, name="case"),
    path("cases/<str:reference>/print/", cases.print_case, name="case_print"),
    path("cases/<str:reference>/hold", cases.hold, name="case_hold"),
    path("cases/<str:reference>/resume", cases.resume, name="case_resume"),
    path("steps/<int:step_id>/decide", cases.decide, name="step_decide"),
    path("steps/<int:step_id>/claim", cases.claim, name="step_claim"),
    path("steps/<int:step_id>/release", cases.release, name="step_release"),
    path("inbox/", inbox.inbox_page, name="inbox"),
    path("inbox/badge", inbox.badge, name="inbox_badge"),
    path("inbox/read", inbox.mark_read, name="inbox_read"),
]
