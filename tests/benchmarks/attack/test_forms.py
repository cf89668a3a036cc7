from benchmarks.attack.forms import FORMS, Idna, ManyFields, PercentSigns, Punycode, charset_form


def test_a_form_names_charset_and_boundary() -> None:
    headers, body = charset_form("punycode", b"abc", fields=2)
    assert headers["Content-Type"] == "multipart/form-data; boundary=xyz; charset=punycode"
    assert body.count(b"--xyz\r\n") == 2
    assert body.endswith(b"abc\r\n--xyz--\r\n")


def test_forms_stay_within_the_limits_that_they_are_to_pass() -> None:
    for attack in FORMS:
        prepared = attack()
        prepared.prepare()
        assert 100_000 < len(prepared._body) < 20 << 20
    assert len(Punycode().value()) < 1 << 20
    assert Punycode().value()[:102].decode("punycode") == "б" * 100
    assert Idna().value().startswith(b"xn--")


def test_many_fields_and_percent_signs() -> None:
    many, percent = ManyFields(), PercentSigns()
    many.prepare()
    percent.prepare()
    assert many._body.count(b"form-data") == 20
    assert max(map(len, percent._body.split(b"&"))) < 1 << 20
