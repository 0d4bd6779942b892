"""The gate: attestations of a wheel against a policy, and why it is accepted or refused."""
