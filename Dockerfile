# The environment of envs/requirements.lock: docker build --tag trialseq .
# docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" trialseq --cores 2 --configfile mine.yaml
FROM python:3.12-slim-bookworm
RUN useradd --create-home trialseq
WORKDIR /opt/trialseq
COPY envs/uv.lock envs/requirements.lock envs/
RUN python -m pip install --no-cache-dir --require-hashes -r envs/uv.lock \
 && uv pip install --system --no-cache --require-hashes --compile-bytecode -r envs/requirements.lock
COPY Snakefile LICENSE README.md ./
COPY config config
COPY envs envs
COPY resources resources
COPY workflow workflow
# What numba compiles is kept beside the code, so that no run in a container compiles again.
RUN PYTHONPATH=workflow python -m trialseq.de.compilation && chmod -R a+rX /opt/trialseq
ENV HOME=/tmp
WORKDIR /work
ENTRYPOINT ["snakemake", "--snakefile", "/opt/trialseq/Snakefile"]
CMD ["--help"]
