"""The dashboard of those who run Throughline, and how Grafana finds it."""
