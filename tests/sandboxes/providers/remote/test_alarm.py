"""A refused key is the operator's alarm."""

from aura_gql.sandboxes.providers.remote.alarm import KeyAlarm
from aura_gql.sandboxes.providers.remote.errors import VendorKeyRefused
from aura_gql.sandboxes.tally import VendorTally
from tests.support.logs import json_log


def test_it_rings_once_a_change_and_tells_users_nothing_of_keys() -> None:
    tally = VendorTally()
    alarm = KeyAlarm("PAPER", tally)
    with json_log() as log:
        alarm.taken()
        for _ in range(2):
            told = [alarm.refused(VendorKeyRefused("401: the API key is wrong.")) for _ in range(3)]
            assert alarm.is_ringing
            assert not any("key" in error.message.lower() or "401" in error.message for error in told)
            alarm.taken()
            alarm.taken()
            assert not alarm.is_ringing
    assert [line["event"] for line in log.lines] == ["provider.key_refused", "provider.key_taken"] * 2
    assert [line["reason"] for line in log.errors] == ["401: the API key is wrong."] * 2
