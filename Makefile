# make run, make test, make check: each works from a fresh clone and installs what it needs into the clone.
.DEFAULT_GOAL := help
.PHONY: help run backup restore test check check-all rest lint types walls assets screenshots bench soak restore-drill upgrade-test compose-test images catalogue-check kubernetes-check kubernetes-play secrets definitions lock image-digests release audit sbom clean
SHELL := /bin/bash

VENV := .venv/bin
PY := $(VENV)/python
ASSETS := gateway/static/manifest.json
# How containers are run.
COMPOSE ?= docker compose
ENGINE ?= docker
# What builds images or disturbs a whole portal takes longer than a single test may (seconds).
PATIENTLY := -o faulthandler_timeout=3600
# Each process of a run would compile all tests anew where the surroundings forbid to keep what was compiled.
unexport PYTHONDONTWRITEBYTECODE
# The files of a whole run are shared, in their order, among as many processes as there are cores; one file starts faster
# alone. The slowest tests are listed at the end.
SIDE_BY_SIDE := -n $(shell nproc) --dist loadfile --no-loadscope-reorder --durations=15 --durations-min=5
# make test: what no folder of pyproject.toml's norecursedirs holds, and one journey through the whole portal in a browser.
JOURNEY := tests/journeys/test_guide.py
# What make check-all adds, the slowest first: faults, whole portals, what pages' scripts do, growth, what operators deploy …
REST := $(addprefix tests/,faults tools journeys gateway/scripts traces attacks growth containers kubernetes monitoring local)
# … and what of these runs on any engine, on PostgreSQL.
ON_ANY_ENGINE := $(addprefix tests/,pieces accounts registrations documents chassis objects mail)
# What make bench runs; of another installation (URL=…) what can be measured from outside.
BENCHES = $(if $(URL),tests/bench/test_other_installation.py,tests/bench)
# Arguments for pytest: make test ARGS="tests/accounts -k activation"
ARGS ?=

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

run: .venv/local.stamp $(ASSETS) ## start the whole portal on this machine (PORT, VAR_DIR, PORTAIL_NOW)
	@exec $(PY) -m deploy.local

backup: .venv/local.stamp ## copy what this machine's portal holds, running or not: make backup DIR=folder (VAR_DIR)
	@$(PY) -m deploy.local.backup "$(DIR)"

restore: .venv/local.stamp ## put a backup into an empty VAR_DIR: make restore DIR=folder (its newest, or one)
	@$(PY) -m deploy.local.restore "$(DIR)" $(ARGS)

test: .venv/dev.stamp $(ASSETS) services ## run the tests (INSTALL=1, as root: installs RabbitMQ, PostgreSQL … from Debian)
	$(PY) -m pytest $(or $(ARGS),$(SIDE_BY_SIDE) $(JOURNEY) tests)

check: lint types walls test ## what each commit should pass: lint, types, walls, tests

rest: .venv/dev.stamp $(ASSETS) services ## what make test leaves out: the tests on PostgreSQL, all journeys, faults, growth
	$(PY) -m pytest $(SIDE_BY_SIDE) --engine postgresql --deselect $(JOURNEY) $(REST) $(ON_ANY_ENGINE)

check-all: check rest compose-test ## what a change must pass to land: check, the tests on PostgreSQL, all journeys, faults, growth, containers (COMPOSE, ENGINE)

kubernetes-check: .venv/dev.stamp services ## hold deploy/kubernetes to the code, to docker-compose.yml and to Kubernetes' schemas
	$(PY) -m pytest tests/kubernetes $(ARGS)

kubernetes-play: .venv/dev.stamp services ## bring up the pods of the Kubernetes demonstration by podman kube play, until Ctrl-C (COMPOSE, ENGINE)
	@COMPOSE="$(COMPOSE)" ENGINE="$(ENGINE)" $(PY) -m tests.composed.soak.played_portal

lint: .venv/dev.stamp ## ruff, and one statement a fact
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	@$(PY) -m deploy.tools.one_statement_one_fact

types: .venv/dev.stamp ## mypy
	$(VENV)/mypy

walls: .venv/dev.stamp ## what may import what
	PYTHONPATH=. $(VENV)/lint-imports

assets: $(ASSETS) ## build what browsers load

screenshots: .venv/dev.stamp $(ASSETS) services ## pictures of every page into screenshots/ (KEEP=1: some into docs/)
	$(PY) -m pytest tests/screens $(ARGS)
	@if [ -n "$(KEEP)" ]; then $(PY) -m tests.screens.publish_pictures; fi

bench: .venv/dev.stamp $(ASSETS) services ## measure what a registration costs, beside the least it could (docs/capacity.md)
	$(PY) -m pytest $(PATIENTLY) -p tests.bench.record -s $(BENCHES) $(ARGS)

soak: .venv/dev.stamp $(ASSETS) services ## the tests that are too long for make check-all
	COMPOSE="$(COMPOSE)" ENGINE="$(ENGINE)" $(PY) -m pytest $(PATIENTLY) tests/journeys/soak tests/faults/soak tests/composed/soak tests/documents/imports/soak tests/retention/soak $(ARGS)

restore-drill: .venv/dev.stamp services ## lose the data of a portal in containers under load, restore, compare (part of soak)
	COMPOSE="$(COMPOSE)" ENGINE="$(ENGINE)" $(PY) -m pytest $(PATIENTLY) -s tests/composed/soak/test_restore_drill.py $(ARGS)

upgrade-test: .venv/dev.stamp services ## replace the last release (or FROM=commit) by this version under load, and back (part of soak)
	COMPOSE="$(COMPOSE)" ENGINE="$(ENGINE)" FROM="$(FROM)" $(PY) -m pytest $(PATIENTLY) -s tests/composed/soak/test_upgrade.py $(ARGS)

images: ## build the portal's images, as compose-test does (COMPOSE)
	PORTAIL_VERSION=test COMPOSE_PROFILES=demo,backup $(COMPOSE) build

compose-test: .venv/dev.stamp services ## build the images, run the journey in containers (COMPOSE, ENGINE: by what commands)
	COMPOSE="$(COMPOSE)" ENGINE="$(ENGINE)" $(PY) -m pytest $(PATIENTLY) tests/composed $(ARGS)

catalogue-check: .venv/local.stamp ## check the exam files of a folder: make catalogue-check DIR=folder
	@$(PY) -m services.registrations check-catalogue "$(or $(DIR),catalogue)"

secrets: ## make the containers' secrets that are missing, in deploy/secrets (needs nothing but python3)
	@python3 -m deploy.containers.secrets $(DIR)

release: .venv/dev.stamp ## number, commit and tag a release: make release VERSION=0.2.0
	@$(PY) -m deploy.tools.release "$(VERSION)"

audit: ## ask for known vulnerabilities of what is locked, by pip-audit and npm (network; part of no check)
	@deploy/tools/venv.sh audit
	$(VENV)/pip-audit --disable-pip --require-hashes -r constraints.txt
	deploy/tools/npm.sh audit

sbom: .venv/local.stamp ## list the packages of each of our images with their licences into sbom/ (CycloneDX), and check these
	@deploy/tools/sbom.sh

TOPOLOGY := deploy/containers/rabbitmq/10-topology.json
definitions: .venv/local.stamp ## write anew what follows from code: the broker's queues, problem types, dashboards, numbers of the containers
	@$(PY) -m deploy.broker definitions portail >$(TOPOLOGY).part && mv $(TOPOLOGY).part $(TOPOLOGY)
	@$(PY) -m deploy.tools.problem_types >docs/problem-types.md
	@$(PY) -m deploy.tools.dashboards
	@$(PY) -m deploy.tools.container_numbers

lock: ## write constraints.txt and package-lock.json anew
	deploy/tools/lock.sh
	deploy/tools/npm.sh update --package-lock-only --ignore-scripts

image-digests: .venv/local.stamp ## pin the images of docker-compose.yml by what their tags name now (network, ENGINE)
	ENGINE="$(ENGINE)" deploy/tools/image-digests.sh
	@$(MAKE) definitions

clean: ## remove what was installed and built (not var/, where the data are)
	rm -rf .venv node_modules gateway/static .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/local.stamp: pyproject.toml constraints.txt
	@deploy/tools/venv.sh local
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt
	@deploy/tools/venv.sh dev
	@touch .venv/local.stamp $@

node_modules/.stamp: package.json package-lock.json | .venv/local.stamp
	@deploy/tools/npm.sh ci --ignore-scripts --loglevel=error
	@touch $@

$(ASSETS): node_modules/.stamp gateway/assets_build.mjs $(wildcard gateway/style/* gateway/style/*/*)
	@deploy/tools/npm.sh run --silent build

# With CI=true or INSTALL=1 every service that tests talk to is there; else tests of a missing one are skipped.
.PHONY: services
services:
	@if [ "$(CI)" = true ] || [ -n "$(INSTALL)" ]; then deploy/tools/install-test-services.sh; fi
