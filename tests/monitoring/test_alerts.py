"""The alerts of deploy/monitoring: their unit tests by the real promtool, what they name, and what to do about each."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from services.chassis.events.outbox import MAX_COUNTED
from services.objects.reconciliation import FEW_UNKNOWN
from tests.monitoring.exported_metrics import exported_metrics
from tests.monitoring.expressions import selectors, unknown_names
from tests.monitoring.rule_files import ALERTS, MONITORING, RECORDED, ROOT, RULES, known_series, promtool, read_yaml

RULE_TESTS = sorted((MONITORING / "tests").glob("*.yml"))
PAGE = "docs/operations.md"
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
SEVERITIES = {"page", "ticket"}


def test_prometheus_takes_rules_and_targets_without_a_remark() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)
    for targets in ("prometheus.yml", "kubernetes.yml"):
        promtool("check", "config", "--syntax-only", MONITORING / targets)


def test_each_alert_fires_when_it_should_and_not_otherwise() -> None:
    promtool("test", "rules", *RULE_TESTS)


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    outcomes = defaultdict(set)
    for path in RULE_TESTS:
        for case in read_yaml(path)["tests"]:
            for check in case.get("alert_rule_test", []):
                outcomes[check["alertname"]].add(bool(check["exp_alerts"]))
    assert outcomes == {name: {True, False} for name in ALERTS}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_reads_metrics_that_the_code_exports_with_these_labels(name: str) -> None:
    assert selectors(ALERTS[name]["expr"])
    assert unknown_names(ALERTS[name]["expr"], known_series()) == set()


def test_each_recorded_figure_reads_such_metrics_too_and_is_tried() -> None:
    tried = {
        check["expr"]
        for path in RULE_TESTS
        for case in read_yaml(path)["tests"]
        for check in case.get("promql_expr_test", [])
    }
    assert tried == set(RECORDED)
    assert {name for rule in RECORDED.values() for name in unknown_names(rule["expr"], known_series())} == set()


@pytest.mark.parametrize("path", RULE_TESTS, ids=lambda path: path.stem)
def test_what_alerts_are_tried_with_could_come_from_the_code(path: Path) -> None:
    tried = [row["series"] for case in read_yaml(path)["tests"] for row in case["input_series"]]
    assert {name for text in tried for name in unknown_names(text, known_series())} == set()


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("outbox_oldest > 3", {"outbox_oldest"}),
        ('max(pieces_deposits_by_scan{status="pending"}) > 5', {"pieces_deposits_by_scan{status}"}),
        ("max by (worker) (queue_waiting) > 1000", {"queue_waiting{worker}"}),
        ("rate(http_request_seconds[5m]) > 2 and on (job) up == 1", {"http_request_seconds"}),
        ("sum by (job) (increase(pool_refused_total[5m])) > 1e3 unless up offset 5m", set()),
    ],
)
def test_an_unknown_metric_or_label_is_named(expression: str, unknown: set[str]) -> None:
    assert unknown_names(expression, known_series()) == unknown


def test_each_alert_has_a_section_that_says_what_to_do_and_each_section_an_alert() -> None:
    section = TEXT.partition("\n## Alerts\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^### (.+)$", section, re.MULTILINE)) == sorted(ALERTS)
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"{PAGE}#{name.lower()}"
        assert rule["labels"]["severity"] in SEVERITIES


def test_the_page_lists_the_metrics_that_there_are() -> None:
    section = TEXT.partition("\n## Logs and metrics\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)(?:\{([\w,]+)\})?` \|", section, re.MULTILINE)
    assert {name: frozenset(filter(None, labels.split(","))) for name, labels in listed} == exported_metrics()
    assert len(listed) == len(dict(listed))


def test_numbers_of_the_code_that_rules_repeat_are_the_same() -> None:
    assert f">= {MAX_COUNTED})" in ALERTS["OutboxGrows"]["expr"]
    assert ALERTS["ObjectsUnknown"]["expr"].endswith(f"> {FEW_UNKNOWN}")


def test_every_process_of_the_composed_portal_is_asked_and_missed() -> None:
    composed = read_yaml(ROOT / "docker-compose.yml")["services"]
    ours = {name.removesuffix("-worker") for name in composed if name.endswith("-worker")}
    processes = {"gateway", *ours, *(f"{name}-worker" for name in ours)}
    targets = read_yaml(MONITORING / "prometheus.yml")["scrape_configs"]
    assert {target["job_name"] for target in targets} == processes | {"backup"}
    assert all(target["dns_sd_configs"][0]["names"] == [target["job_name"]] for target in targets)
    assert set(re.findall(r'absent\(up\{job="([\w-]+)"\}\)', ALERTS["ProcessAway"]["expr"])) == processes
