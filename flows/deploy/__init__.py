"""Deployments and automations: reviewed files (`prefect.yaml`, `flows/automations/`), sent to a Prefect server."""
