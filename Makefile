# Two commands do everything: `make app` sets up and runs, `make test` sets up and tests.

# The newest Python that runs here; name another with PYTHON=...
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11; do $$p -c '' 2>/dev/null && echo $$p && exit; done; echo python3)
# Where the app listens. HOST=0.0.0.0 lets a phone on the same network reach it; its camera needs HTTPS: TLS_CERT, TLS_KEY.
HOST ?= 127.0.0.1
PORT ?= 8501
BACKEND_PORT ?= 8000
TLS_CERT ?=
TLS_KEY ?=
# Real crops for measuring (folders with labels.tsv). Never trained on; tests and benchmarks say so when they are absent.
REAL_CROPS ?= $(wildcard ../shared/real/crops)
REAL_PLATES ?= $(wildcard ../shared/real/plates)
export REAL_CROPS REAL_PLATES

APP := .venv
DEV := .venv-dev
BENCH := .venv-bench
RAY := .venv-ray

.PHONY: app serve-ray setup test test-setup train-setup check bench calibrate loop-demo team-day lock lock-check dependencies clean

app: setup
	@$(APP)/bin/python -m deploy.app --host $(HOST) --port $(PORT) --backend-port $(BACKEND_PORT) \
		$(if $(TLS_CERT),--tls-cert "$(TLS_CERT)") $(if $(TLS_KEY),--tls-key "$(TLS_KEY)")

# The backend on Ray Serve, on this machine or (RAY_ADDRESS=...) on a cluster: docs/serving.md. HOST and BACKEND_PORT hold.
serve-ray: $(RAY)/.installed
	@TAGS_HOST=$(HOST) TAGS_PORT=$(BACKEND_PORT) $(RAY)/bin/python -m deploy.ray

setup: $(APP)/.installed

# A process per core, and each of them computes in one thread: two that compete for a core wait for each other, spinning.
test: test-setup check
	OMP_NUM_THREADS=1 $(DEV)/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# Linters, types and layers, in under a minute.
check: test-setup
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports

test-setup train-setup: $(DEV)/.installed

$(APP)/.installed: requirements.lock
	@$(PYTHON) deploy/make_venv.py $(APP) -r requirements.lock
	@touch $@

$(BENCH)/.installed: requirements-bench.lock
	@$(PYTHON) deploy/make_venv.py $(BENCH) -r requirements-bench.lock
	@touch $@

$(RAY)/.installed: requirements-ray.lock
	@$(PYTHON) deploy/make_venv.py $(RAY) -r requirements-ray.lock
	@touch $@

# TRDG comes without its own requirements: one of its pins is withdrawn, and another brings an OpenCV that needs a display.
$(DEV)/.installed: requirements-dev.lock requirements-trdg.txt
	@$(PYTHON) deploy/make_venv.py $(DEV) -r requirements-dev.lock
	@$(DEV)/bin/python -m pip install --quiet --no-deps -r requirements-trdg.txt
	@touch $@

# After a change of requirements*.txt: writes requirements*.lock, versions and hashes of all that is installed.
# UPGRADE=1 moves every package to its latest version.
lock: test-setup
	$(DEV)/bin/python -m deploy.locks update $(if $(UPGRADE),--upgrade)

# Whether the lock files fit the requirements; asks the package index.
lock-check: test-setup
	$(DEV)/bin/python -m deploy.locks check

# Licences, known faults and an SBOM of what the app is installed with: docs/dependencies.md, docs/sbom*.json.
dependencies: setup test-setup
	$(DEV)/bin/python -m deploy.locks report

# Accuracy and speed beside what a user could pick instead; writes docs/benchmark.md and the misread crops as HTML.
bench: $(BENCH)/.installed
	$(BENCH)/bin/python -m benchmarks --out docs/benchmark --readme README.md

# How far the confidence can be trusted, on 10,000 synthetic crops; writes docs/calibration.json and docs/calibration.png,
# and goes on where it was stopped.
calibrate: train-setup
	$(DEV)/bin/python -m ocr_model calibrate --synthetic tags-6:10000 --processes 2

# The whole loop on generated tags: shoppers correct, cycles train, a better champion serves, a harmful one is refused.
loop-demo: train-setup
	$(DEV)/bin/python -m benchmarks.loop_demo --out var/loop-demo

# A team's day on generated crops: upload, find wrong labels, fix, freeze, train; writes docs/team_day.md and its picture.
team-day: train-setup
	$(DEV)/bin/python -m benchmarks.team_day --out var/team-day --docs docs

clean:
	rm -rf $(APP) $(DEV) $(BENCH) $(RAY) .mypy_cache .ruff_cache .pytest_cache
