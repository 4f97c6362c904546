"""Addresses of the patterns around people: urging, copies."""

from django.urls import path

from workflow.views import bulk, colleagues, handover, operations

urlpatterns = [
    path("operations/check", operations.check, name="operations_check"),
    path("operations/mend", operations.mend, name="operations_mend"),
    path("people/hand-over/", handover.page, name="hand_over"),
    path("people/hand-over/do", handover.do, name="hand_over_do"),
    path("cases/<str:reference>/override", colleagues.override, name="case_override"),
    path("steps/bulk/preview", bulk.preview, name="bulk_preview"),
    path("steps/bulk/approve", bulk.act, {"verb": "approve"}, name="bulk_approve"),
    path("steps/bulk/return", bulk.act, {"verb": "return"}, name="bulk_return"),
    path("steps/bulk/reassign", bulk.act, {"verb": "reassign"}, name="bulk_reassign"),
    path("steps/bulk/nudge", bulk.act, {"verb": "nudge"}, name="bulk_nudge"),
    path("steps/bulk/take_back", bulk.act, {"verb": "take_back"}, name="bulk_take_back"),
    path("steps/<int:step_id>/nudge", colleagues.nudge, name="step_nudge"),
    path("cases/<str:reference>/cc", colleagues.copy_to, name="case_cc"),
    path("cases/<str:reference>/read", colleagues.read_copy, name="case_read"),
]
