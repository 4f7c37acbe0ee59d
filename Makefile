# What a newcomer needs: make demo, make test. Everything lives in .venv; nothing is installed system-wide except
# what tests need (PostgreSQL), and only where this is Debian and root.
VENV := .venv
BIN := $(VENV)/bin
SETUP := .ci/setup
# Two more than there are cores: tests often wait for workers and databases. A process begins with files of its own, whose
# fixtures it makes once, and takes from the others at the end.
PYTEST := $(BIN)/python -m pytest -n $(or $(JOBS),$(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 2 )))) --dist worksteal

.PHONY: help demo serve test test-slow check pictures bench mutants clean
help:
	@echo "make demo       set everything up and run the main job end to end on embedded parts"
	@echo "make serve      the service with the demo company, until Ctrl-C"
	@echo "make test       what the tests need, then the whole suite but the slow ones (PROFILE=default: other random cases)"
	@echo "make test-slow  the slow ones: every crash point, larger companies, other clients"
	@echo "make check      ruff, mypy, import rules"
	@echo "make pictures   the pictures of docs/guide, made anew by the stories that are told in a browser"
	@echo "make bench      the figures of docs/benchmarks.md, measured here (SIZE=quick for a smoke run)"
	@echo "make mutants    what the tests of the accounting core let through (ONLY='revrec.accounting.money*' for one module)"
	@echo "make clean      take away .venv, .demo and caches"

$(VENV)/installed-%: pyproject.toml $(SETUP)
	$(SETUP) $*
	@touch $@

demo: $(VENV)/installed-demo
	$(BIN)/python -m sample_data.demo

serve: $(VENV)/installed-demo
	$(BIN)/python -m sample_data.demo --serve

test: $(VENV)/installed-test
	$(SETUP) services
	$(PYTEST) -m "not slow" --hypothesis-profile=$(or $(PROFILE),ci)

test-slow: $(VENV)/installed-test
	$(SETUP) services
	$(SETUP) browser
	$(PYTEST) -m slow

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pictures: $(VENV)/installed-test
	$(SETUP) services
	$(SETUP) browser
	REVREC_PICTURES=$(CURDIR)/docs/guide/pictures $(BIN)/python -m pytest -m slow -k "in_the_browser and not every_page" tests/stories

bench: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks $(if $(filter quick,$(SIZE)),--quick)

mutants: $(VENV)/installed-mutation
	$(BIN)/mutmut run --max-children $(or $(JOBS),1) $(if $(ONLY),'$(ONLY)')
	$(BIN)/mutmut results

clean:
	rm -rf $(VENV) .demo .revrec build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants
