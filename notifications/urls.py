"""Addresses of the voice; the inbox itself is the engine's, so that the bell needs no worker."""

from django.urls import path

from notifications.views import operations, settings

urlpatterns = [
    path("inbox/settings/", settings.settings_page, name="notification_settings"),
    path("inbox/settings/test/<str:channel>", settings.send_test, name="notification_test"),
    path("operations/messages/", operations.messages_page, name="messages"),
    path("operations/messages/release", operations.release, name="messages_release"),
    path("operations/messages/<int:delivery_id>/settle", operations.settle, name="message_settle"),
]
