"""Where things run: the Celery application, its queues and schedule, and how each process is put together."""
