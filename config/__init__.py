"""The roof: settings, urls, celery app, timetable, health, embedded servers. Wires; decides nothing."""
