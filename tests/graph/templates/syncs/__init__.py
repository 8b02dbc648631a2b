"""Tests of aura_gql.graph.templates.syncs."""
