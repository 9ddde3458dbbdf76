"""The reader of queries that the other tests rely on: it must find every kind of slip."""

from collections.abc import Mapping

import pytest

from tests.deploy.promql import Unknown, labels_of
from tests.deploy.series import ANY, Labels, shown

SERIES: Mapping[str, Labels] = {
    "sent_total": {"channel": frozenset({"chat", "email"}), "instance": ANY},
    "took_seconds_bucket": {"clock": ANY, "le": frozenset({"1.0", "+Inf"})},
    "up": {"instance": ANY},
}


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("sent_total", {"channel", "instance"}),
        ("rate(sent_total[$__rate_interval])", {"channel", "instance"}),
        ("sum by (channel) (rate(sent_total[5m]))", {"channel"}),
        ("sum without (channel) (sent_total)", {"instance"}),
        ("sum(sent_total)", set()),
        ("histogram_quantile(0.9, sum by (clock, le) (rate(took_seconds_bucket[5m])))", {"clock"}),
        ("60 * sum by (channel) (sent_total) > 3", {"channel"}),
        ("increase(sent_total[5m]) == 0 and on (instance) up > 0", {"channel", "instance"}),
        ("max_over_time(sum by (channel) (sent_total)[1d:5m])", {"channel"}),
        ('absent(up{instance="a"} == 1)', set()),
        ('sent_total{channel=~"chat|email"}', {"channel", "instance"}),
    ],
)
def test_the_labels_of_an_answer(query: str, labels: set[str]) -> None:
    assert set(labels_of(query, SERIES)) == labels


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("sent", "no worker shows sent"),
        ("sum(rate(sents_total[5m]))", "no worker shows sents_total"),
        ("sum by (topic) (sent_total)", "no label topic"),
        ('sent_total{topic="chat"}', "no label topic"),
        ('sent_total{channel="fax"}', "channel of sent_total is never fax"),
        ('sent_total{channel=~"chat|fax"}', "channel of sent_total is never fax"),
        ('took_seconds_bucket{le="2.0"}', "le of took_seconds_bucket is never 2.0"),
        ("histogram_quantile(0.9, sum by (clock) (rate(took_seconds_bucket[5m])))", "no label le"),
        ("sent_total and on (channel) up", "no label channel"),
        ("sum by (channel) (sent_total) / sent_total", "never meet"),
    ],
)
def test_a_slip_is_found(query: str, why: str) -> None:
    with pytest.raises(Unknown, match=why):
        labels_of(query, SERIES)


def test_what_workers_show_has_the_catalogues_labels_and_the_buckets_bounds() -> None:
    assert set(shown()["throughline_refused_total"]) == {"channel", "error_class", "instance", "job"}
    assert "-0.001" in shown()["throughline_margin_seconds_bucket"]["le"]
    assert "fulfilment" in shown()["throughline_lag_seconds"]["channel"]
    assert "process_start_time_seconds" in shown()
