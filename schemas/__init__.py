"""What the words mean: touchpoints in, alerts and dead letters out, the policy between them. Imports nothing else of ours."""
