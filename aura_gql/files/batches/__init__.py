"""Operations that a user asks for together."""
