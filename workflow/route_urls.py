"""Addresses of the route keeper's pages."""

from django.urls import path

from workflow.views import ladders, routecases, routeedit, routes

urlpatterns = [
    path("", routes.routes_page, name="routes"),
    path("<int:route_id>/", routes.route_page, name="route"),
    path("<int:route_id>/draft", routes.draft, name="route_draft"),
    path("<int:route_id>/discard", routes.discard, name="route_discard"),
    path("<int:route_id>/check", routes.check_page, name="route_check"),
    path("<int:route_id>/publish", routes.publish, name="route_publish"),
    path("<int:route_id>/edit", routeedit.edit_page, name="route_edit"),
    path("<int:route_id>/save", routeedit.save, name="route_save"),
    path("<int:route_id>/arrange", routeedit.arrange, name="route_arrange"),
    path("<int:route_id>/trial", routecases.trial_page, name="route_trial"),
    path("<int:route_id>/cases", routecases.cases_page, name="route_cases"),
    path("<int:route_id>/migrate", routecases.migrate, name="route_migrate"),
    path("<int:route_id>/cases/<int:case_id>/revert", routecases.revert, name="route_revert"),
    path("<int:route_id>/reminders", ladders.ladder_page, name="route_reminders"),
    path("<int:route_id>/files", routecases.files_page, name="route_files"),
    path("<int:route_id>/file.<str:form>", routecases.download, name="route_file"),
    path("<int:route_id>/import", routecases.bring_in, name="route_import"),
]
