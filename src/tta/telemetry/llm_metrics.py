"""The metrics of language models. Labels are names from the configuration, at most eight."""

from prometheus_client import Counter, Gauge, Histogram

from tta.telemetry.metrics import REGISTRY

MODEL_BUCKETS_S = (0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20)

MODEL_CALLS = Counter(
    "tta_model_calls_total",
    "Calls to an endpoint, by outcome",
    ("endpoint", "outcome"),
    registry=REGISTRY,
)
MODEL_SECONDS = Histogram(
    "tta_model_call_seconds",
    "Time that a call to an endpoint took, whatever its outcome",
    ("endpoint",),
    buckets=MODEL_BUCKETS_S,
    registry=REGISTRY,
)
MODEL_TOKENS = Counter(
    "tta_model_tokens_total",
    "Tokens as the endpoint counts them, or estimated",
    ("endpoint", "direction"),
    registry=REGISTRY,
)
MODEL_BREAKER_OPEN = Gauge(
    "tta_model_breaker_open",
    "1 while an endpoint's circuit breaker is open",
    ("endpoint",),
    registry=REGISTRY,
)
MODEL_TEXTS_UNFIT = Counter(
    "tta_model_texts_unfit_total",
    "Texts of language models that were not told, by the rule that they broke",
    ("rule",),
    registry=REGISTRY,
)
