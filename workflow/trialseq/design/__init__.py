"""From what a user declares to what is fitted and tested. Needs no counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from trialseq.config import Config
    from trialseq.design.estimands import Model, Plan
    from trialseq.problems import Problem


def plan(samples: pd.DataFrame, config: Config) -> Plan:
    """Derive every model and estimand of a study from its sample sheet.

    Raises InputError with every problem of roles, formulas and contrasts at once.
    """
    from trialseq.design import explicit, roles, trial
    from trialseq.design.estimands import Plan
    from trialseq.naming import collisions
    from trialseq.problems import InputError, Problem, listing

    problems: list[Problem] = []
    whole = Plan((), {}, {})
    if config.trial is not None:
        try:
            whole = trial.derive(roles.read_roles(samples, config.trial))
        except InputError as error:
            problems += error.problems
        else:
            if not whole.models:
                hint = "each change needs two subjects with both biopsies, each comparison of arms two subjects an arm"
                problems.append(Problem("trial", "at least one estimand", "; ".join(whole.notes) or "none", hint))
            problems += [
                Problem("trial", f"more samples than columns in model {model.id}", f"{len(model.samples)} samples")
                for model in whole.models
                if len(model.samples) <= len(model.columns)
            ]
    subject = config.trial.subject.column if config.trial else None
    models = list(whole.models)
    for index, options in enumerate(config.models):
        try:
            models.append(explicit.model(samples, options, subject, f"models.{index}"))
        except InputError as error:
            problems += error.problems
    for what, names in {
        "models": [model.id for model in models],
        "contrasts": [each.id for model in models for each in model.questions],
    }.items():
        if repeated := collisions(names):
            problems.append(Problem("models", f"an id of its own for each of the {what}", listing(repeated)))
    problems += _unsafe(models)
    if problems:
        raise InputError(problems)
    return Plan(tuple(models), whole.roles, whole.levels, whole.notes)


def _unsafe(models: list[Model]) -> list[Problem]:
    """Ids of models and contrasts that cannot name files: those of a trial come from levels of its columns."""
    from trialseq.naming import checked
    from trialseq.problems import Problem

    ids = [("model", model.id) for model in models]
    ids += [("contrast", each.id) for model in models for each in model.questions]
    problems = []
    for kind, name in ids:
        try:
            checked(name, kind)
        except ValueError as error:
            problems.append(Problem(f"{kind} {name}", str(error), name, "give levels other names in samples.recode"))
    return problems
