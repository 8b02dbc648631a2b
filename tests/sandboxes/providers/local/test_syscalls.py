"""The table of system calls."""

from aura_gql.sandboxes.providers.local import syscalls


def test_no_number_is_given_two_fates() -> None:
    tables = (syscalls.DENIED, syscalls.ABSENT, syscalls.UNCOUNTED_MEMORY)
    numbers = [number for table in tables for number in table.values()]
    ruled = [value for name, value in vars(syscalls).items() if name.isupper() and isinstance(value, int)]
    ruled.remove(syscalls.HIGHEST_REVIEWED)
    assert len(set(numbers + ruled)) == len(numbers + ruled)
