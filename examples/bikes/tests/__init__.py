"""Tests of bikes."""
