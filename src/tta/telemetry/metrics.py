"""The metrics that Prometheus scrapes. Labels are bounded: routes and names, never ids.

No label says how somebody is: in a small store, a count that increases by one belongs to one person.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

# These samples reveal to the microsecond when something first happened.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LATENESS_BUCKETS_S = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 86_400)

REQUESTS = Counter(
    "tta_http_requests_total", "Requests answered", ("method", "route", "status"), registry=REGISTRY
)
CONNECTIONS = Gauge("tta_http_connections", "Connections that are open", registry=REGISTRY)
CONNECTIONS_CLOSED = Counter(
    "tta_http_connections_closed_total",
    "Connections that TTA closed: idle, late (no headers in time), crowded (longest idle at the limit), full",
    ("reason",),
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "tta_http_request_seconds",
    "Time from the request's first byte to the answer's last",
    ("method", "route"),
    buckets=LATENCY_BUCKETS_S,
    registry=REGISTRY,
)
COMMANDS_REPLAYED = Counter(
    "tta_commands_replayed_total", "Commands that were recognised as retries", registry=REGISTRY
)
COMMANDS_WAITING = Gauge(
    "tta_commands_waiting",
    "Commands that wait in this process for earlier ones of the same player",
    registry=REGISTRY,
)
COMMANDS_REFUSED = Counter(
    "tta_commands_refused_total",
    "Commands that were not handled: the player's queue was full (queue-full), other processes kept "
    "changing the player's data (conflicts), or the sender left the queue (sender-left)",
    ("reason",),
    registry=REGISTRY,
)
WAITING = Gauge("tta_http_waiting_requests", "Requests that wait (Prefer: wait) now", registry=REGISTRY)
WAITS_REFUSED = Counter(
    "tta_http_waits_refused_total",
    "Requests that were answered at once because too many waited",
    ("kind",),
    registry=REGISTRY,
)
PROJECTION_EVENTS = Gauge(
    "tta_projection_events_total", "Events that this process has projected", ("model",), registry=REGISTRY
)
PROJECTION_BEHIND = Gauge(
    "tta_projection_lag_events", "Events not yet projected; NaN when unknown", ("model",), registry=REGISTRY
)
PROJECTION_SECONDS = Gauge(
    "tta_projection_lag_seconds",
    "Age of the oldest event not yet projected; NaN when unknown",
    ("model",),
    registry=REGISTRY,
)
PROJECTION_UNATTENDED = Gauge(
    "tta_projection_slots_without_worker",
    "Slots that no live worker projects; NaN when unknown",
    ("model",),
    registry=REGISTRY,
)
PROJECTION_STOPPED = Gauge(
    "tta_projection_lanes_stopped", "Slots whose lane has stopped at an event", ("model",), registry=REGISTRY
)
PROJECTION_SAVED = Gauge(
    "tta_projection_since_save_seconds",
    "Time since a read model's checkpoints last moved",
    ("model",),
    registry=REGISTRY,
)
REACTOR_DEALT = Gauge(
    "tta_reactor_dealt_total",
    "Events that this process's reactor has handled",
    ("reactor",),
    registry=REGISTRY,
)
REACTOR_PUT_BACK = Gauge(
    "tta_reactor_put_back_total",
    "Times that a slot's history changed and this process's reactor was put back",
    ("reactor",),
    registry=REGISTRY,
)
REACTING = Gauge("tta_reacting_processes", "Processes that react now; NaN when unknown", registry=REGISTRY)
REACTOR_PARKED = Gauge(
    "tta_reactor_parked",
    "Events that a reactor has parked after repeated failures; NaN when unknown",
    ("reactor",),
    registry=REGISTRY,
)
KEYRING_LACKING = Gauge(
    "tta_keyring_lacking_players",
    "Players whose data key the keyring lacks, as far as this process knows",
    registry=REGISTRY,
)
KEYRING_FOREIGN = Gauge(
    "tta_keyring_foreign", "1 while the keyring belongs to another store", registry=REGISTRY
)
KEYRING_OLDER = Gauge(
    "tta_keyring_older", "1 while the keyring is an older copy than the store expects", registry=REGISTRY
)
VALUES_UNREADABLE = Counter(
    "tta_values_unreadable_total",
    "Sealed values that did not open and were not erased",
    registry=REGISTRY,
)
TIMERS_DUE = Counter(
    "tta_timers_due_total", "Timers that this process let fall due", ("purpose",), registry=REGISTRY
)
TIMER_LATENESS = Histogram(
    "tta_timer_lateness_seconds",
    "Time from the moment at which a timer should fall due until its event was recorded",
    ("purpose",),
    buckets=LATENESS_BUCKETS_S,
    registry=REGISTRY,
)
PROJECTION_CHANGED = Gauge(
    "tta_projection_slots_changed",
    "Slots of a read model whose checkpoint's event is no longer in the log",
    ("model",),
    registry=REGISTRY,
)
PROJECTION_FILLING = Gauge(
    "tta_projection_slots_filling",
    "Slots of a read model whose rows are being filled from the log",
    ("model",),
    registry=REGISTRY,
)
ANSWERS_OVERDUE = Gauge(
    "tta_answers_overdue",
    "Turns that have waited for their reply for over two minutes, without held play; NaN when unknown",
    registry=REGISTRY,
)
ANSWERS_OVERDUE_SECONDS = Gauge(
    "tta_answers_overdue_oldest_seconds",
    "How long the oldest overdue turn has waited; NaN when unknown",
    registry=REGISTRY,
)
TIMERS_SCHEDULED = Gauge(
    "tta_timers_scheduled",
    "Scheduled timers of the whole store; NaN when unknown",
    registry=REGISTRY,
)
AGENT_STEP_SECONDS = Histogram(
    "tta_agent_step_seconds",
    "Time that a step of answering a turn took, attempts and waiting included",
    ("step", "asked"),
    buckets=LATENCY_BUCKETS_S,
    registry=REGISTRY,
)
AGENT_STEPS = Counter(
    "tta_agent_steps_total",
    "Steps of answering a turn, by outcome",
    ("step", "outcome"),
    registry=REGISTRY,
)
AGENT_BUSY = Gauge("tta_agent_busy", "Steps that an agent is working on", ("agent",), registry=REGISTRY)
AGENT_STATE = Gauge(
    "tta_agent_state",
    "1 for the state that this process's agent is in",
    ("agent", "state"),
    registry=REGISTRY,
)
STREAMS_OPEN = Gauge("tta_streams_open", "Live streams that this process has open", registry=REGISTRY)
STREAM_EVENTS = Counter(
    "tta_stream_events_total", "Events sent on live streams", ("event",), registry=REGISTRY
)
STREAM_RESYNCS = Counter(
    "tta_stream_resyncs_total", "Live streams that could not simply continue", ("reason",), registry=REGISTRY
)
SKILLS_PRACTISED = Counter(
    "tta_skills_practised_total",
    "Skills credited, by the catalogue's skill (`other` for an unknown one)",
    ("skill",),
    registry=REGISTRY,
)
GOAL_CHANGES = Counter(
    "tta_goal_changes_total",
    "Goals set, completed or set aside, and milestones",
    registry=REGISTRY,
)
GOAL_ATTAINMENTS = Counter(
    "tta_goal_attainment_total",
    "Progress recorded towards goals",
    registry=REGISTRY,
)
MEASURES_RECORDED = Counter(
    "tta_measures_recorded_total",
    "Questionnaires answered",
    ("measure",),
    registry=REGISTRY,
)
MEASURE_CHANGES = Counter(
    "tta_measure_change_total",
    "Questionnaires answered again",
    ("measure",),
    registry=REGISTRY,
)
LOG_LINES_LOST = Counter(
    "tta_log_lines_lost_total",
    "Log lines that could not be written to standard error",
    registry=REGISTRY,
)
