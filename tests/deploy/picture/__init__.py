"""The dashboard as a person sees it, where there is no Grafana: real answers to its own queries, drawn as Grafana would."""
