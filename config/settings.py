"""All that differs between installations, read from the environment (docs/operations.md). Decides nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from config import logs
from config.environment import broker_url, content_of, flag, names, number, text
from engine.schedule import BEAT

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "PYTEST_VERSION" in os.environ

# --- what kind of installation this is --------------------------------------------------------------------

DEBUG = flag("DEBUG")
# Opens one-click sign-in and the demo clock to every visitor. Never on by default.
HENG_DEMO = flag("HENG_DEMO")
# Staff gives a second factor, but not in a demo: its people are invented.
STAFF_SECOND_FACTOR = not HENG_DEMO
HTTPS = flag("HTTPS")

SECRET_KEY = text("SECRET_KEY")
if not SECRET_KEY:
    if not (HENG_DEMO or DEBUG or TESTING):
        raise ImproperlyConfigured("SECRET_KEY is not set. See docs/operations.md.")
    SECRET_KEY = "only-for-demonstrations-and-tests-never-for-people"
SECRET_KEY_FALLBACKS = names("SECRET_KEY_FALLBACKS")
# Signs seals, anchors and bundles (docs/verification.md): 32 bytes in base64url, from the environment or a file.
HENG_SIGNING_KEY = text("HENG_SIGNING_KEY") or content_of("HENG_SIGNING_KEY_FILE")
HENG_SIGNING_KEY_IS_OURS = bool(HENG_SIGNING_KEY)
if not HENG_SIGNING_KEY:
    if not (HENG_DEMO or DEBUG or TESTING):
        raise ImproperlyConfigured("HENG_SIGNING_KEY is not set. See docs/operations.md.")
    HENG_SIGNING_KEY = "b25seS1mb3ItZGVtb25zdHJhdGlvbnMtYW5kLXRlc3Q"
# Public halves of the keys used before: what they signed stays verifiable.
HENG_RETIRED_SIGNING_KEYS = names("HENG_RETIRED_SIGNING_KEYS")
ALLOWED_HOSTS = names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS")

# Where this installation keeps files that are not in the database.
HENG_STATE = Path(text("HENG_STATE", str(BASE_DIR / ".heng")))
# The address that e-mails and webhooks name, without a slash at the end.
HENG_SITE_URL = text("HENG_SITE_URL", "http://localhost:8000").rstrip("/")
# The profile of rules that new orders fall under.
# Where people find somebody to ask: an address of the marketplace's support. Without one, pages say whom to ask in words.
HENG_SUPPORT_URL = text("HENG_SUPPORT_URL")

HENG_RULE_PROFILE = text("HENG_RULE_PROFILE", "taobao-classic")
# The marketplace's money gateway, and the secret that signs what is sent there (docs/operations.md).
HENG_GATEWAY_URL = text("HENG_GATEWAY_URL")
HENG_GATEWAY_SECRET = text("HENG_GATEWAY_SECRET")
# Where pictures of listings may be fetched from, by https; ``host=http://origin`` names what stands in for a host.
HENG_PICTURE_HOSTS = {host: origin for host, _, origin in (one.partition("=") for one in names("HENG_PICTURE_HOSTS"))}

# --- rooms ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "common",
    "journal",
    "accounts",
    "rulebook",
    "marketplace",
    "ledger",
    "evidence",
    "disputes",
    "jury",
    "enforcement",
    "arbitration",
    "notifications",
    "insights",
    "engine",
    "api",
    "web",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.doors.Guarded"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LOGIN_URL = "public:sign_in"
LOGIN_REDIRECT_URL = "public:home"
CSRF_FAILURE_VIEW = "web.errors.forgery_suspected"

MIDDLEWARE = [
    "config.logs.RequestLog",
    "config.headers.SecurityHeaders",
    "config.health.Asked",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.packing.Packed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.second_factor.Required",
    "config.bodies.Bounded",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # the admin and the API pages bring their own
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.shell",
            ]
        },
    }
]

# --- PostgreSQL and Redis ---------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default="postgres://heng@127.0.0.1:5432/heng",
        conn_max_age=number("DATABASE_CONN_MAX_AGE", 60),
        conn_health_checks=True,
    )
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False  # an act is the transaction
if statement_timeout := number("DATABASE_STATEMENT_TIMEOUT_MS", 0):
    # For the web role: no page may hold a connection for ever. The sweep and migrations run without it.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c statement_timeout={statement_timeout}"

REDIS_URL = text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "heng" + text("PYTEST_XDIST_WORKER"),  # each test process its own
        # A dead Redis must cost a page a moment, not its life.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}
# In PostgreSQL, so that nobody is signed out when Redis is down.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False  # a lost nudge loses nothing, a waiting page does
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300  # well under the visibility timeout: nothing runs twice only for being slow
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_QUEUES = [Queue(name) for name in ("clock", "delivery", "mail", "files", "evidence")]
CELERY_TASK_DEFAULT_QUEUE = "delivery"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = BEAT
# Whether an arbitrator finds every point before reading what the jury of the case said.
HENG_JURY_AFTER_FINDINGS = flag("HENG_JURY_AFTER_FINDINGS", True)
# What the hourly housekeeping does, in this order. A chore takes the time, sweeps a batch and says how much that was.
HENG_CHORES = [
    "engine.retention.erase_due",
    "engine.personal.tidy",
    "evidence.orphans.collect",
    "evidence.quarantine.collect",
    "arbitration.prints.remove",
    "api.idempotency.tidy",
    "accounts.doors.tidy",
    "web.drafts.tidy",
    "disputes.handling.forget_drafts",
    "disputes.drafts.forget",
    "insights.consistency.take_when_due",
    "disputes.claim_drafts.forget",
]
# Who prints the pages of a bundle: they look like the house's own, which the rooms below do not know.
HENG_PRINTER = "web.printer.pages"
# Who sets a letter in type, for the same reason.
HENG_PRESS = "web.press.letter_pdf"
CELERY_BEAT_SCHEDULE_FILENAME = text("CELERY_BEAT_SCHEDULE_FILENAME", str(HENG_STATE / "beat"))

# --- people -----------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The second factor of staff (web/second_factor.py). Of django-allauth only this: people, names and passwords stay our own.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_DISPLAY = "django.contrib.auth.models.AbstractUser.get_username"
MFA_ADAPTER = "web.second_factor.Adapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "web.second_factor.AuthenticateForm",
    "reauthenticate": "web.second_factor.ReauthenticateForm",
    "activate_totp": "web.second_factor.ActivateForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Heng"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = sorted(path for path in (BASE_DIR / "locale").glob("*") if path.is_dir())
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"  # how times are shown; they are kept in UTC
USE_TZ = True

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if not text("EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if HENG_DEMO and not text("EMAIL_HOST"):
    # A demo has nobody to write to; what it would have sent can be read here.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HENG_STATE / "mail"
EMAIL_HOST = text("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 25)
EMAIL_HOST_USER = text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "Heng <heng@localhost>")

# --- files ------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(text("STATIC_ROOT", str(HENG_STATE / "static")))
# Names with digests, to be cached for ever, wherever collectstatic has run. Development and tests do without.
STATIC_MANIFEST = not (DEBUG or TESTING) and (
    "collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").exists()
)
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
WHITENOISE_AUTOREFRESH = DEBUG

evidence_bucket = text("EVIDENCE_S3_BUCKET")
evidence_on_disk: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {
        "location": str(HENG_STATE / "evidence"),
        "base_url": None,  # exhibits have no address of their own: only signed links lead to them
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
evidence_in_a_bucket: dict[str, Any] = {
    "BACKEND": "evidence.bucket.Bucket",
    "OPTIONS": {
        "bucket_name": evidence_bucket,
        "endpoint_url": text("EVIDENCE_S3_ENDPOINT") or None,
        "region_name": text("EVIDENCE_S3_REGION") or None,
        "access_key": text("EVIDENCE_S3_ACCESS_KEY") or None,
        "secret_key": text("EVIDENCE_S3_SECRET_KEY") or None,
        "addressing_style": text("EVIDENCE_S3_ADDRESSING", "auto"),
        "default_acl": None,
        "file_overwrite": False,
    },
}
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(HENG_STATE / "files"), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "evidence": evidence_in_a_bucket if evidence_bucket else evidence_on_disk,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# What looks for malware in files before anything opens them: tcp://host:3310 or unix:///path of a clamd; nothing without it.
HENG_SCANNER = text("HENG_SCANNER")
# Numbers in plain digits are read in photos, if the extra `ocr` is installed: two seconds of a worker each, in 400 MB.
HENG_OCR = flag("HENG_OCR")

# --- what leaves the house --------------------------------------------------------------------------------

SECURE_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
HENG_BEHIND_PROXY = flag("BEHIND_PROXY")
if HENG_BEHIND_PROXY:
    # Only where the proxy in front removes what the client sent under this name.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 365 * 24 * 3600)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

LOGGING = logs.config(level=text("LOG_LEVEL", "WARNING" if TESTING else "INFO"), readable=DEBUG)
LOGGING_CONFIG = "config.logs.apply"
SILENCED_SYSTEM_CHECKS: list[str] = []
