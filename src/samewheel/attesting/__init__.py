"""Signed statements about wheels: in-toto statements with SLSA provenance, in DSSE envelopes and Sigstore bundles."""
