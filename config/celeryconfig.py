"""Celery's own settings; the broker carries hints, PostgreSQL is the only truth (promise D3)."""

from django.conf import settings

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_transport_options = {"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 3}
task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_acks_late = True
task_time_limit = 600
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_cancel_long_running_tasks_on_connection_loss = False
enable_utc = True
timezone = "Asia/Shanghai"
