# `make run` to try it, `make test` to prove it; `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
TEST_VENV := .venv-test

.DEFAULT_GOAL := help
.PHONY: help run admin test fuzz lint format messages requirements relevance benchmark screenshots load clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

run: $(VENV)/.ready .env ## Make the environment and the database, load the collection, serve (PORT=8000)
	@$(VENV)/bin/python manage.py serve --port $(PORT)

admin: $(VENV)/.ready .env ## Create a staff account for /admin/
	@$(VENV)/bin/python manage.py migrate --verbosity 0
	@$(VENV)/bin/python manage.py createsuperuser

test: $(TEST_VENV)/.ready ## Run every test, on all cores (ARGS="-k search" for some, on one)
	@$(TEST_VENV)/bin/python -m pytest $(or $(ARGS),$(ON_ALL_CORES))

fuzz: $(TEST_VENV)/.ready ## Try invented input for long
	@$(TEST_VENV)/bin/python -m pytest $(ON_ALL_CORES) -m hypothesis --hypothesis-profile=thorough $(ARGS)

ON_ALL_CORES := -n logical

relevance: $(TEST_VENV)/.ready ## Score search on readers' questions, and print the worst (ARGS=30 for more)
	@$(TEST_VENV)/bin/python -m benchmarks.relevance $(ARGS)

benchmark: $(TEST_VENV)/.ready ## Measure speed beside Datasette (ARGS="--sizes 158 1000 --keep")
	@$(TEST_VENV)/bin/python -m benchmarks.run $(ARGS)

screenshots: $(TEST_VENV)/.ready ## Take the pictures of the curators' guide anew (ARGS=ru for one language; needs Chromium)
	@$(TEST_VENV)/bin/python -m docs.screenshots $(ARGS)

load: $(VENV)/.ready .env ## Load the collection again (ARGS=--overwrite to replace what was edited)
	@$(VENV)/bin/python manage.py load_collection $(ARGS)

lint: $(TEST_VENV)/.ready ## Check style, formatting and templates
	@$(TEST_VENV)/bin/ruff check .
	@$(TEST_VENV)/bin/ruff format --check .
	@git ls-files 'templates/*.html' | xargs $(TEST_VENV)/bin/djade --target-version 5.2 --check

format: $(TEST_VENV)/.ready ## Mend what `lint` can mend
	@$(TEST_VENV)/bin/ruff check --fix --quiet . || true
	@$(TEST_VENV)/bin/ruff format .
	@git ls-files 'templates/*.html' | xargs $(TEST_VENV)/bin/djade --target-version 5.2 || true

messages: $(TEST_VENV)/.ready ## Gather the texts to translate into locale/, and compile them (needs GNU gettext)
	@$(TEST_VENV)/bin/python manage.py makemessages --all --no-obsolete --no-wrap --add-location file $(IGNORE)
	@$(TEST_VENV)/bin/python manage.py compilemessages --verbosity 0

IGNORE := --ignore .venv --ignore .venv-test --ignore var --ignore tests --ignore benchmarks --ignore docs

requirements: $(TEST_VENV)/.ready ## Pin the newest releases that requirements*.in allow
	@for name in requirements requirements-local requirements-dev; do \
	  $(TEST_VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet \
	    $$name.in --output-file $$name.txt; done

clean: ## Remove the environments, the embedded database and everything else made here
	rm -rf $(VENV) $(TEST_VENV) var .env .pytest_cache .ruff_cache .hypothesis

.env: .env.example
	@test -f .env || (umask 077; key=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))'); \
	  sed "s|^SECRET_KEY=.*|SECRET_KEY=$$key|" .env.example > .env)
	@grep -q '^#*SECOND_FACTOR_REQUIRED=' .env || \
	  echo "Note: .env is older than .env.example. Without SECOND_FACTOR_REQUIRED=false staff need a second factor here too."
	@touch .env

$(VENV)/.ready: requirements-local.txt
	@$(call environment,$(VENV),requirements-local.txt,Making the environment …)

$(TEST_VENV)/.ready: requirements-dev.txt
	@$(call environment,$(TEST_VENV),requirements-dev.txt,Making the test environment …)

# $(1) the folder, $(2) what to install, $(3) what to say. An old environment is brought to exactly the pinned set.
define environment
$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; PYTHON=… names one.")'
@echo "$(3)"
@rm -rf $(1) && $(PYTHON) -m venv $(1) || (echo "python3 -m venv failed: on Debian, install the package python3-venv."; exit 1)
@$(1)/bin/pip install --quiet --disable-pip-version-check --requirement $(2)
@touch $@
endef
