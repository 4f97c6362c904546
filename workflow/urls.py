"""Addresses of the engine's pages."""

from django.urls import path

from workflow.views import audit, auth, board, cases, inbox, operations, queue, substitutions

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
    path("board/", board.board_page, name="board"),
    path("audit/", audit.audit_page, name="audit"),
    path("audit/verify", audit.verify, name="audit_verify"),
    path("operations/", operations.operations_page, name="operations"),
    path("substitutions/", substitutions.substitutions, name="substitutions"),
    path("substitutions/lend", substitutions.lend, name="substitution_lend"),
    path("substitutions/<int:substitution_id>/revoke", substitutions.revoke, name="substitution_revoke"),
]
