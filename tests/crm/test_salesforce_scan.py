"""Only ids get into a query."""

import pytest

from revrec.crm import CrmAnswerUnreadable
from revrec.crm.salesforce_scan import quote_ids


def test_ids_are_quoted():
    assert quote_ids(["801Ks0000000001IAA", "801Ks0000000001"]) == "'801Ks0000000001IAA', '801Ks0000000001'"


@pytest.mark.parametrize(
    "text", ["", "801", "801Ks0000000001IA'", "x' OR Id != '", "801Ks0000000001IAA\n", "801Ks0000000001IÄÄ"]
)
def test_what_is_no_id_is_refused(text):
    with pytest.raises(CrmAnswerUnreadable, match="not a Salesforce record id"):
        quote_ids([text])
