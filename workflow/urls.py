"""Addresses of the engine's pages."""

from django.urls import include, path

from workflow import people_urls
from workflow.views import audit, auth, board, cases, inbox, operations, queue, setup, staff, substitutions

urlpatterns = [
    path("", queue.home, name="home"),
    path("login/", auth.login, name="login"),
    path("logout/", auth.logout, name="logout"),
    path("password/", auth.password, name="password"),
    path("setup/", setup.setup, name="setup"),
    path("second-factor/", auth.second_factor, name="second_factor"),
    path("second-factor/set", auth.second_factor_set, name="second_factor_set"),
    path("account/", auth.my_account, name="account"),
    path("account/sessions/<int:sign_in_id>/end", auth.end_session, name="session_end"),
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
    path("", include("workflow.urls_dates")),
    path("audit/", audit.audit_page, name="audit"),
    path("audit/verify", audit.verify, name="audit_verify"),
    path("operations/", operations.operations_page, name="operations"),
    path("units/", staff.organisation, name="units"),
    path("units/add", staff.unit_add, name="unit_add"),
    path("units/rename", staff.unit_rename, name="unit_rename"),
    path("units/posts/add", staff.post_add, name="post_add"),
    path("units/posts/<int:posting_id>/end", staff.post_end, name="post_end"),
    path("people/", staff.people_page, name="people"),
    path("people/add", staff.person_add, name="person_add"),
    path("people/<int:user_id>/", staff.person_page, name="person"),
    path("people/<int:user_id>/<slug:what>", staff.person_change, name="person_change"),
    path("substitutions/", substitutions.substitutions, name="substitutions"),
    path("substitutions/lend", substitutions.lend, name="substitution_lend"),
    path("substitutions/<int:substitution_id>/revoke", substitutions.revoke, name="substitution_revoke"),
]
urlpatterns += people_urls.urlpatterns
