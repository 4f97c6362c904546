"""Settings: everything that differs between places comes from the environment, read by config.environment."""

import secrets
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config import environment as env
from config.embedded import session

BASE_DIR = Path(__file__).resolve().parent.parent
PLACES = session.places()
VAR = PLACES.var


def kept_secret(name: str) -> str:
    """A secret made once and kept in the data directory, readable by its owner only."""
    path = VAR / "keys" / name
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.write_text(secrets.token_hex(32))
            fresh.chmod(0o600)
            fresh.rename(path)
        return path.read_text().strip()
    except OSError as trouble:
        raise env.BadSetting(f"The data directory {VAR} cannot be written: {trouble.strerror}.") from trouble


SECRET_KEY = env.text("SECRET_KEY") or kept_secret("secret_key")
PRIVACY_KEYS = {"k1": bytes.fromhex(env.text("PRIVACY_KEY") or kept_secret("privacy_key"))}  # newest first
PRIVACY_INDEX_KEY = bytes.fromhex(env.text("PRIVACY_INDEX_KEY") or kept_secret("privacy_index_key"))
SIGNING_KEY = env.text("SIGNING_KEY") or kept_secret("signing_key")  # Ed25519, signs audit exports
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "*")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SAMPLE_SIGNIN = env.flag("SAMPLE_SIGNIN", True)

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "workflow.apps.WorkflowConfig",
    "agreements.apps.AgreementsConfig",
    "notifications.apps.NotificationsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.middleware.SampleUsersStayHome",
    "config.middleware.SignInDuties",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "workflow.views.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",  # last: turns a locked sign-in into its page
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workflow.views.context.desk",
                "workflow.views.handbook.short_help",
            ]
        },
    }
]

DATABASE_URL = env.text("DATABASE_URL") or PLACES.database_url("app")
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL") or (
    DATABASE_URL if env.text("DATABASE_URL") else PLACES.database_url("owner")
)
DATABASES = {
    "default": env.database(DATABASE_URL),
    "owner": env.database(DATABASE_OWNER_URL, "DATABASE_OWNER_URL") | {"CONN_MAX_AGE": 0},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL") or PLACES.redis_url()

AUTH_USER_MODEL = "workflow.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# guessing is locked out per person *and* address, so that nobody can lock out an office, or a leader from afar (P24)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "workflow.views.auth.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the time that was told stays true
AXES_VERBOSE = False  # names and addresses stay out of the log
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = "Resettlement"
# who needs a second factor: leaders and administrators, whose sign-in opens a whole county or the accounts of others
LEADERS_AND_ADMINISTRATORS = "chair,vice_leader,county_officer,system_admin,security_admin,audit_admin"
SECOND_FACTOR_ROLES = env.words("SECOND_FACTOR_ROLES", LEADERS_AND_ADMINISTRATORS)
SETUP_CODE = env.text("SETUP_CODE") or kept_secret("setup_code")[:8]  # typed once, by whoever makes the first accounts
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/queue/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("HTTPS_ONLY")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale" / room for room in ("config", "workflow", "agreements", "notifications")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "workflow" / "static"  # whitenoise finds every app's files; nothing is collected
STATICFILES_DIRS = [("handbook", BASE_DIR / "docs" / "handbook" / "pictures")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 22 * 1024 * 1024

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.number("EMAIL_PORT", 25, 1, 65535))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "resettlement@localhost")
# beat's ticks in seconds; a sweep seldomer than every two minutes would raise the alarm of promise P14 (180 s)
SWEEP_SECONDS, RELAY_SECONDS = env.number("SWEEP_SECONDS", 60, 1, 120), env.number("RELAY_SECONDS", 15, 1, 120)
NOTIFY_DAILY_CAP = int(env.number("NOTIFY_DAILY_CAP", 8, 1))  # messages per person, day and channel; the rest waits
NOTIFY_TIMEOUT = env.number("NOTIFY_TIMEOUT", 10, 0.1)  # seconds for one call of a gateway
WECOM_URL, WECOM_KEY = env.text("WECOM_URL"), env.text("WECOM_KEY")
DINGTALK_URL, DINGTALK_TOKEN = env.text("DINGTALK_URL"), env.text("DINGTALK_TOKEN")
DINGTALK_SECRET = env.text("DINGTALK_SECRET")
FEISHU_URL, FEISHU_TOKEN, FEISHU_SECRET = env.text("FEISHU_URL"), env.text("FEISHU_TOKEN"), env.text("FEISHU_SECRET")
SMS_URL, SMS_AUTHORIZATION = env.text("SMS_URL"), env.text("SMS_AUTHORIZATION")
SMS_TEMPLATE = env.text("SMS_TEMPLATE", '{"mobile": "{phone}", "content": "{text}", "id": "{key}"}')
SMS_SUCCESS, SMS_IDEMPOTENT = env.text("SMS_SUCCESS"), env.flag("SMS_IDEMPOTENT")
WEBHOOK_URL, WEBHOOK_SECRET = env.text("WEBHOOK_URL"), env.text("WEBHOOK_SECRET")
WEBHOOK_IDEMPOTENT = env.flag("WEBHOOK_IDEMPOTENT")
APPRISE_URL = env.text("APPRISE_URL")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
