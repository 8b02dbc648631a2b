"""What each word of the `aura-gql` command does; above everything, so that it may wire and run it."""
