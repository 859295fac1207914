def shipped(path):
    """A path of the user's; or of a file that ships, where it is not in the working directory."""
    beside = WORKFLOW.parent / path
    return path if Path(path).exists() or not str(path).startswith("resources/") else str(beside)


def local(file):
    """Where a file lies, or will lie once it is fetched."""
    return shipped(file) if isinstance(file, str) else file.path


def name_without(*endings):
    """A pattern of ids, dots among them, that do not end like another kind of file beside theirs."""
    return r"[A-Za-z0-9_+.-]+" + "".join(rf"(?<!\.{ending})" for ending in endings)


def code(rule):
    """Fingerprint of the modules behind a rule's script."""
    return fingerprint(WORKFLOW / "scripts" / f"{rule}.py")


def options(*groups):
    """Groups of options as plain values, without those that change no job's result, only which jobs there are."""
    only_jobs = {"second_opinion", "influence", "influence_subjects"}
    values = CONFIG.model_dump(mode="json", exclude={"statistics": only_jobs})
    return {group: values[group] for group in groups}


def scaled(base, per_megabyte):
    """A resource: a base and so much for each megabyte of input, more of it at each attempt."""
    return lambda wildcards, input, attempt: int((base + per_megabyte * input.size_mb) * attempt)


def preflight():
    """Stop before any job where an input is wrong. Reading it takes pandas: not in this process."""
    run = "import sys; sys.path.insert(0, sys.argv[1]); from trialseq.preflight import main; main()"
    given = {
        "config": CONFIG.model_dump(mode="json"),
        "source": SOURCE,
        "sets": SETS,
        "markers": str(MARKERS),
        "pdgf": str(PDGF),
    }
    command = [sys.executable, "-c", run, str(WORKFLOW)]
    done = subprocess.run(command, input=json.dumps(given), text=True, stderr=subprocess.PIPE)
    if done.returncode:
        raise WorkflowError(done.stderr.strip())
    sys.stderr.write(done.stderr)


def study_plan():
    """Models and estimands, once the design is known."""
    return json.loads(Path(checkpoints.design.get().output.plan).read_text(encoding="utf-8"))


def owner(wildcards):
    """The model that answers a contrast."""
    owners = {each["id"]: model["id"] for model in study_plan()["models"] for each in model["estimands"]}
    return owners[wildcards.contrast]


def of_model(ending):
    """A file of the model that answers a contrast."""
    return lambda wildcards: f"{OUT}/models/{owner(wildcards)}{ending}"


def opinions_of(wildcards):
    """Statistics of each engine that gives a second opinion on a contrast."""
    return [of_model(f".{engine}.parquet")(wildcards) for engine in OPINIONS]


def influence_of(wildcards):
    """Influence of the subjects on the model that answers a contrast, where it is asked and they are not too many."""
    identity = owner(wildcards)
    model = next(each for each in study_plan()["models"] if each["id"] == identity)
    units = set(model["subjects"] or model["samples"])
    if not CONFIG.statistics.influence or len(units) > CONFIG.statistics.influence_subjects:
        return []
    return [f"{OUT}/influence/{identity}.{name}.parquet" for name in ("subjects", "genes")]


def marker_genes(wildcards):
    """The table of marker genes: as it ships, the user's, or made from a single-cell data set."""
    given = CONFIG.evidence.composition
    return f"{OUT}/evidence/markers.tsv" if given.single_cell else shipped(given.markers)


def signature(wildcards):
    """What cells of a type transcribe, where a single-cell data set says so."""
    return [f"{OUT}/evidence/signature.tsv"] if CONFIG.evidence.composition.single_cell else []


def composition_of(wildcards):
    """Effects with composition held, where they are asked."""
    return [rules.composition.output.table] if CONFIG.evidence.composition.run else []


def claimed(wildcards=None):
    """Contrasts whose tables answer the claims. Raises where a claim names none: known once the design is."""
    plan = study_plan()
    known = [each["id"] for model in plan["models"] for each in model["estimands"]]
    if unknown := claim_inputs.unknown_contrasts(CONFIG.claims, known):
        raise WorkflowError(str(InputError(unknown)))
    return claim_inputs.needed(plan, CONFIG.claims)


def of_claims(pattern):
    """A file of every contrast that answers claims."""
    return lambda wildcards: expand(pattern, contrast=claimed())


def opinions_of_claims(wildcards):
    """Statistics of each engine on each contrast that answers claims: all engines of the first, and so on."""
    contrasts = [SimpleNamespace(contrast=each) for each in claimed()]
    return [path for each in contrasts for path in opinions_of(each)]


def claims_files():
    """What there is of claims, where any is made."""
    return [*rules.claims.output, *rules.claims_figures.output] if CONFIG.claims else []


def drawings(scope, folder):
    """Files of every figure of a scope; one format of each goes into the report, with its caption."""
    files = []
    for figure in figures.of(scope):
        plain = [f"{folder}/{figure.name}.{form}" for form in CONFIG.figures.formats]
        labels = {"figure": figure.name, "of": "{contrast}" if "{contrast}" in folder else CONFIG.study}
        caption = f"../report/{figure.name}.rst"
        files += [report(plain[-1], caption=caption, category=figure.category, labels=labels), *plain[:-1]]
    return files


def every_contrast(pattern):
    """A file of every contrast."""
    contrasts = [each["id"] for model in study_plan()["models"] for each in model["estimands"]]
    return expand(pattern, contrast=contrasts)


def every_model(pattern):
    """A file of every model."""
    return expand(pattern, model=[model["id"] for model in study_plan()["models"]])


def every_result(wildcards):
    """Everything that a run makes."""
    return [
        rules.page.output.page,
        rules.normalise.output.vst,
        *(rules.composition.output if CONFIG.evidence.composition.run else []),
        *(rules.randomisation.output if CONFIG.evidence.randomisation.run else []),
        *claims_files(),
        *every_model(rules.model.output.joint),
        *rules.study_figures.output,
        *(each for pattern in rules.model_figures.output for each in every_model(pattern)),
        *(each for pattern in rules.contrast_figures.output for each in every_contrast(pattern)),
        *(each for pattern in concordance_files() if OPINIONS for each in every_contrast(pattern)),
    ]


def concordance_files():
    """What there is of a contrast where a second opinion is asked."""
    return [*rules.concordance.output, *rules.concordance_figures.output]


def show_summary():
    """Say where the results are, and what matters."""
    summary = Path(f"{OUT}/summary.txt")
    if summary.exists():
        print(
            f"\nResults: {summary.parent.resolve()}\n\n{summary.read_text(encoding='utf-8')}", file=sys.stderr
        )
