"""The GraphQL floor: it translates, and decides nothing."""
