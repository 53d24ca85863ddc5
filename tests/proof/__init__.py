"""The promises of docs/promises.md as checks that run: small in `make test`, whole in `make prove`.

A test that shows a promise carries `@pytest.mark.promise("B2")`, wherever it lives, and says what it measured by the fixture `reached`:
`reached("B2", "50 kills, 20,114 acknowledged, 0 lost, 0 doubled")`. `amount(quick, full)` of `tests.proof.profile` gives a figure of the
profile that is running; what exists in the full one only carries `@pytest.mark.long`.
"""
