# Every target sets up .venv first, once. On Windows: py tools/bootstrap.py demo
PYTHON ?= python3
BOOTSTRAP := $(PYTHON) tools/bootstrap.py

.PHONY: demo test lab check benchmark setup

demo:  ## the embedded clip, or your own: make demo VIDEO=FILE CLICK=X,Y
	@$(BOOTSTRAP) demo $(if $(VIDEO),--video "$(VIDEO)") $(if $(CLICK),--click "$(CLICK)")

test:  ## unit, property, golden, notebook and browser tests; ARGS= goes to pytest
	@$(BOOTSTRAP) test $(ARGS)

lab:  ## JupyterLab on the notebooks
	@$(BOOTSTRAP) lab $(ARGS)

check:  ## ruff, pyright and the rules about the repository itself
	@$(BOOTSTRAP) check $(ARGS)

benchmark:  ## memory and time per frame over a long stream
	@$(BOOTSTRAP) benchmark $(ARGS)

setup:
	@$(BOOTSTRAP) setup
