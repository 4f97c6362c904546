"""Addresses of the subject's pages."""

from django.urls import path

from agreements.views import drafting, papers, records, register, timetable

urlpatterns = [
    path("households/", register.households, name="households"),
    path("households/columns", register.choose_columns, name="households_columns"),
    path("households/export", register.export, name="households_export"),
    path("households/<int:household_id>/start", drafting.start, name="agreement_start"),
    path("agreements/<str:reference>/edit/", drafting.edit, name="agreement_edit"),
    path("agreements/<str:reference>/autosave", drafting.autosave, name="agreement_autosave"),
    path("agreements/<str:reference>/discard", drafting.discard, name="agreement_discard"),
    path("agreements/<str:reference>/papers/", papers.file, name="paper_file"),
    path("agreements/<str:reference>/record/<slug:what>/", records.record, name="agreement_record"),
    path("agreements/<str:reference>/members/<int:member_id>/<slug:move>/", records.transfer, name="member_record"),
    path("agreements/<str:reference>/objections/<int:objection_id>/", records.answer, name="objection_answer"),
    path("programmes/", timetable.programmes, name="programmes"),
    path("programmes/<str:code>/dates/", timetable.page, name="programme_dates"),
    path("programmes/<str:code>/dates/preview", timetable.preview, name="programme_dates_preview"),
    path("programmes/<str:code>/dates/apply", timetable.apply, name="programme_dates_apply"),
    path("papers/<uuid:uid>/", papers.download, name="paper"),
    path("papers/<uuid:uid>/withdraw", papers.withdraw, name="paper_withdraw"),
]
