"""Tests of aura_gql.templates.syncs."""
