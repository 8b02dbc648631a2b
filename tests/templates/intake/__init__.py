"""Tests of aura_gql.templates.intake."""
