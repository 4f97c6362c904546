"""Which tables the application's role may only append to, or only read (promise D7)."""

APPEND_ONLY = ("workflow_event", "workflow_decision", "workflow_opinion", "workflow_look", "workflow_verification")
READ_ONLY = ("workflow_legalmove", "django_migrations")
