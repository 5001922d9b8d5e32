# One image for everything that is ours: web, workers, beat, Flower. docker-compose.yml says what each container runs.
FROM python:3.13-slim-bookworm

# What WeasyPrint draws text with; the papers' own fonts are part of the product.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SOURCE_DATE_EPOCH=1767225600

# The packages first: they change less often than the code, and the layer is kept.
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY pyproject.toml README.md ./
COPY partnershop ./partnershop
COPY models ./models
COPY tasks ./tasks
COPY workers ./workers
COPY migrations ./migrations
COPY templates ./templates
COPY samples ./samples
# Editable on purpose: the product reads its templates and migrations from beside its packages (partnershop/paths.py).
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .

RUN useradd --uid 10001 --create-home partnershop && install -d -o partnershop /data
USER partnershop
ENV PARTNERSHOP_DATA=/data
VOLUME /data
# An empty folder: Python and Celery put the working folder on the module path.
WORKDIR /home/partnershop

CMD ["python", "-m", "uvicorn", "workers.web:app", "--host", "0.0.0.0", "--port", "8000", "--no-server-header", "--no-access-log", "--http", "h11"]
