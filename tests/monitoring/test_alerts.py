"""The alerts of deploy/monitoring: their unit tests by the real promtool, what they name, and what
to do about each."""

import re
from collections import defaultdict

from deploy.backups.ages import HELP_TEXTS, Ages, Schedule
from deploy.tools.dashboards import dashboards
from services.chassis.tasks.relay import MAX_COUNTED
from tests.monitoring.definitions import (
    ALERTS,
    FOLDER,
    MONITORING,
    QUERIES,
    RECORDED,
    ROOT,
    RULES,
    promtool,
    read_yaml,
)

RULE_TESTS = sorted((MONITORING / "tests").glob("*.yml"))
PAGE = "deploy/monitoring/alerts.md"
FOLDERS = ("services", "gateway")
SEVERITIES = {"page", "ticket"}


def test_prometheus_takes_rules_and_targets_without_a_remark() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)
    for targets in ("prometheus.yml", "kubernetes.yml"):
        promtool("check", "config", "--syntax-only", MONITORING / targets)


def test_each_alert_fires_when_it_should_and_not_otherwise() -> None:
    """It takes some seconds: promtool evaluates all rules at each minute of the days that a case
    lasts."""
    promtool("test", "rules", *RULE_TESTS)


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    outcomes = defaultdict(set)
    for path in RULE_TESTS:
        for case in read_yaml(path)["tests"]:
            for check in case.get("alert_rule_test", []):
                outcomes[check["alertname"]].add(bool(check["exp_alerts"]))
    assert outcomes == {name: {True, False} for name in ALERTS}


def test_alerts_and_panels_read_metrics_that_the_code_makes_or_a_rule_records() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for name in FOLDERS for path in (ROOT / name).rglob("*.py")
    )
    of_backups = re.findall(r"\w+", Ages(Schedule(hour=2, objects_seconds=600)).metrics())
    of_code = re.findall(r'"(\w+)"', code)
    made = {*RECORDED, *HELP_TEXTS, *of_backups, *of_code, "process_cpu_seconds_total"}
    read = {
        **dict(QUERIES),
        **{name: rule["expr"] for name, rule in {**ALERTS, **RECORDED}.items()},
    }
    unknown = {name: metrics_in(expression) - made for name, expression in read.items()}
    assert {name: metrics for name, metrics in unknown.items() if metrics} == {}


def metrics_in(expression: str) -> set[str]:
    """Words with an underscore that are no label and no function; of a histogram, its own name."""
    bare = re.sub(
        r"\{[^}]*\}|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", expression
    )
    names = re.findall(r"(?<![\w:])[a-z]+(?:[_:][a-z0-9]+)+\b(?!\s*\()", bare)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


def test_each_alert_is_urgent_or_not_and_leads_to_the_section_that_says_what_to_do() -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / PAGE).read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {f"{PAGE}#{title.lower()}" for title in sections}
    lost = {name for name, rule in ALERTS.items() if rule["annotations"]["runbook"] not in anchors}
    assert lost == set()
    assert {
        name for name, rule in ALERTS.items() if rule["labels"]["severity"] not in SEVERITIES
    } == set()


def test_numbers_of_the_code_that_rules_repeat_are_the_same() -> None:
    assert f">= {MAX_COUNTED})" in ALERTS["TasksGrow"]["expr"]


def test_every_process_of_the_composed_portal_is_asked_and_missed() -> None:
    composed = read_yaml(ROOT / "docker-compose.yml")["services"]
    ours = {name.removesuffix("-worker") for name in composed if name.endswith("-worker")}
    processes = {"gateway", *ours, *(f"{name}-worker" for name in ours)}
    targets = read_yaml(MONITORING / "prometheus.yml")["scrape_configs"]
    assert {target["job_name"] for target in targets} == processes | {"backup"}
    assert all(target["dns_sd_configs"][0]["names"] == [target["job_name"]] for target in targets)
    assert (
        set(re.findall(r'absent\(up\{job="([\w-]+)"\}\)', ALERTS["ProcessAway"]["expr"]))
        == processes
    )


def test_the_files_are_what_follows_from_the_panels_and_the_page() -> None:
    """No panel leads to a section that is not there: then nothing follows."""
    files = {
        path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "dashboards").iterdir()
    }
    assert files == dashboards(), "make definitions"
