import pytest

from aura_gql.storage.disposition import attachment


@pytest.mark.parametrize(
    ("filename", "plain", "encoded"),
    [
        ("report.txt", "report.txt", "report.txt"),
        ("Übersicht 1.txt", "_bersicht 1.txt", "%C3%9Cbersicht%201.txt"),
        ('a"b\\c/d%e;f', "a_b_c_d_e_f", "a_b_c_d_e_f"),
        ("x\r\nSet-Cookie: a=b", "x__Set-Cookie: a=b", "x__Set-Cookie%3A%20a%3Db"),
        ("exe.\u202etxt", "exe._txt", "exe._txt"),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ("\ud800", "?", "%3F"),
        ("", "download", "download"),
        (" . ", "download", "download"),
        ("n" * 300 + ".tar", "n" * 116 + ".tar", "n" * 116 + ".tar"),
        ("n" * 300 + "." + "e" * 300, "n" * 120, "n" * 120),
    ],
)
def test_attachments(filename: str, plain: str, encoded: str) -> None:
    assert attachment(filename) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
