# One image for everything that is ours: web, workers, beat, Flower, migrations. docker-compose.yml says what each runs.

# Thrown away after the build.
FROM python:3.13-slim-trixie AS builder

WORKDIR /build
# The packages first: they change less often than the code, and the layer is kept. Only wheels: nothing is compiled,
# and no compiler is needed.
COPY requirements.lock ./
RUN pip download --no-cache-dir --only-binary :all: --require-hashes --dest /wheels -r requirements.lock

COPY pyproject.toml README.md ./
COPY partnershop ./partnershop
COPY models ./models
COPY tasks ./tasks
COPY workers ./workers
COPY migrations ./migrations
COPY templates ./templates
COPY samples ./samples
# Only what runs is asked for, so the lock's tools for tests stay behind; and nothing is there but what its hash named.
RUN python -m venv --without-pip /opt/partnershop \
    && pip --python /opt/partnershop/bin/python install --no-cache-dir --no-index --find-links /wheels .


FROM python:3.13-slim-trixie

# What WeasyPrint draws text with. The papers' own font is part of the product; the one named here is what stands in
# for a character that it lacks, the same one in every build.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

# Volumes take their owner from these folders.
RUN useradd --uid 10001 --create-home partnershop \
    && install -d -o partnershop -g partnershop /data /data/hotfolder /data/refunds /data/mails

COPY --from=builder /opt/partnershop /opt/partnershop

# SOURCE_DATE_EPOCH: one moment for all, so that a paper renders to the same bytes in every container. The cache is
# fontconfig's, where the root file system is read-only.
ENV PATH=/opt/partnershop/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SOURCE_DATE_EPOCH=1767225600 \
    PARTNERSHOP_DATA=/data \
    XDG_CACHE_HOME=/tmp/cache

USER partnershop
# An empty folder: Python and Celery put the working folder on the module path.
WORKDIR /home/partnershop

CMD ["uvicorn", "workers.web:app", "--host", "0.0.0.0", "--port", "8000", "--no-server-header", "--no-access-log", "--http", "h11"]
