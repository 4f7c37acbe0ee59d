"""The field mapping setting: standard fields by default, mistakes named by place."""

import pytest

from revrec.crm.mapping import ORDERS, mapped_paths, read_mapping, without_currency


def test_an_empty_setting_means_standard_fields():
    assert read_mapping({}) == ORDERS
    custom = [path for part in (ORDERS.order, ORDERS.line, ORDERS.customer) for path in mapped_paths(part)]
    assert not any(path.endswith("__c") for path in custom)


def test_opportunities_have_fields_of_their_own():
    mapping = read_mapping({"source": "opportunity", "line": {"ends": "Term_End__c"}})
    assert mapping.order.entity == "Opportunity" and mapping.order.active_value is True
    assert mapping.line.ends == "Term_End__c" and mapping.line.starts == "ServiceDate"


def test_fields_are_replaced_or_left_out():
    mapping = read_mapping({"line": {"ends": "Account__r.End__c", "starts": None}, "segments": {"location": "L__c",
                            "cseg_region": "R__c"}})  # fmt: skip
    assert mapping.line.ends == "Account__r.End__c" and mapping.line.starts is None
    assert mapping.segments == (("cseg_region", "R__c"), ("location", "L__c"))


def test_a_field_is_asked_for_once():
    mapping = read_mapping({"order": {"ends_on": "EffectiveDate"}})
    paths = mapped_paths(mapping.order)
    assert paths.count("EffectiveDate") == 1 and "Activated" not in paths and "Order" not in paths


def test_without_currency_nothing_else_changes():
    mapping = without_currency(ORDERS)
    assert mapping.order.currency is None and mapping.customer.currency is None
    assert mapping.line == ORDERS.line and mapping.order.number == ORDERS.order.number


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"orders": {}}, "no part 'orders'"),
        ({"source": "quote"}, "'quote'; it must be order or opportunity"),
        ({"line": {"start": "X__c"}}, "line.start is not something to map"),
        ({"line": {"entity": "Quote"}}, "line.entity is not something to map"),
        ({"order": {"number": None}}, "order.number cannot be left out"),
        ({"order": {"subsidiary": "A B"}}, "order.subsidiary is 'A B'"),
        ({"order": {"subsidiary": "Id FROM User"}}, "order.subsidiary"),
        ({"line": {"ends": 5}}, "line.ends is 5"),
        ({"line": {"ends": "EndDate'"}}, "line.ends"),
        ({"line": []}, "must be an object"),
        ({"segments": {"region": "R__c"}}, r"segments.region must be department, class, location"),
        ({"segments": {"class": "a,b"}}, "segments.class is 'a,b'"),
        ({"segments": "x"}, "must be an object"),
        ({"org_currency": "usd"}, "three-letter code"),
    ],
)
def test_mistakes_are_named(setting, words):
    with pytest.raises(ValueError, match=words):
        read_mapping(setting)
