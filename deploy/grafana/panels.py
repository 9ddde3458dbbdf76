"""What the dashboard shows, row by row, each panel answering one question."""

from deploy.grafana import channels, glance, journeys, workers

ROWS = (glance.ROW, journeys.ROW, channels.ROW, workers.KEEPING_UP, workers.WORKERS)
