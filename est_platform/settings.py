"""Settings, all from the environment (`.env.example` lists every one) and safe when a variable is missing."""

from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from est_platform import environment as env

BASE_DIR = env.BASE_DIR
LOCAL_DIR = env.LOCAL_DIR

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "common",
    "ui",
    "privacy",
    "documents",
    "audit",
    "partners",
    "areas",
    "incidents",
    "situational_picture",
    "action_plans",
    "cause_analysis",
    "followup",
    "councils",
    "est_platform",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Pages and map data; static files are compressed already. Django pads the answer, so its length tells no secret.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "partners.middleware.NotKeptMiddleware",
    "partners.middleware.SessionSeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "partners.middleware.CollaborationMiddleware",
    "partners.work_views.BackToMyWorkMiddleware",
]

ROOT_URLCONF = "est_platform.urls"
WSGI_APPLICATION = "est_platform.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "csp.context_processors.nonce",
                "partners.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "ui.templatetags.ui"],
        },
    }
]

# One engine everywhere. Connections are kept between requests and checked before use.
DATABASES = {
    "default": {
        **env.database(env.text("DATABASE_URL")),
        "CONN_MAX_AGE": env.number("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "common.cache.OwnKeysRedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
        "KEY_PREFIX": env.text("REDIS_PREFIX", "est"),
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
# The workers' lines are written as all others are (LOGGING).
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A task is done when it has been done, not when it has been fetched: a killed worker's task runs again.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.number("WORKER_PROCESSES", 2)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.number("CELERY_VISIBILITY_TIMEOUT", 900),
    "global_keyprefix": env.text("REDIS_PREFIX", "est") + ":",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Stockholm"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000  # kB; DESIGN's budget of 500 MB a worker

AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "partners.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "EST: "
# No question about being remembered: every session ends SESSION_HOURS after it was last written, also on a phone
# whose browser has been closed in between.
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": env.text("LOGIN_FAILED_RATE", "10/m/ip,5/5m/key"),
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
# How many proxies in front of the web server write X-Forwarded-For; 0 means none, and the header is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "partners.sign_in_forms.AddKeyForm",
    "edit_webauthn": "partners.sign_in_forms.EditKeyForm",
    "login_webauthn": "partners.sign_in_forms.PasskeySignInForm",
    "authenticate_webauthn": "partners.sign_in_forms.SecondStepKeyForm",
}
# Two calls for each sign-in with a passkey, and a whole town hall comes from one address.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_TOTP_ISSUER = "EST"
# The clock of a phone may be half a minute wrong.
MFA_TOTP_TOLERANCE = 1
# A key needs https, except on the local first run, where browsers count localhost as safe.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.flag("HTTPS", True)
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_ADAPTER = "partners.adapters.SocialAccountAdapter"
# allauth must not match accounts by address on its own; the adapter does, and only by addresses somebody vouches for.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_PROVIDERS: dict[str, dict] = {}
if env.text("OIDC_SERVER_URL", ""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "municipality",
                "name": env.text("OIDC_NAME", "Kommunens inloggning"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                # Whose addresses are believed when the provider does not say; see docs/how-to/single-sign-on.md.
                "settings": {
                    "server_url": env.text("OIDC_SERVER_URL"),
                    "verified_email": env.items("OIDC_TRUSTED_EMAIL_DOMAINS"),
                },
            }
        ]
    }

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.text("STATIC_ROOT", str(LOCAL_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "ui.finders.NodePackagesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "est_platform.static_files.StaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_ROOT = env.text("MEDIA_ROOT", str(LOCAL_DIR / "uploads"))
# A file larger than this is refused with a sentence before anything reads it.
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_MB", 200) * 1024 * 1024
# A photo larger than this is refused; phones scale theirs down before they send them.
PHOTO_MAX_BYTES = env.number("PHOTO_MAX_MB", 20) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Security: safe unless told otherwise. The local first run has no TLS and says so in .local/environment.
_tls = env.flag("HTTPS", True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _tls
SECURE_SSL_REDIRECT = _tls
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_FORWARDED_PROTO") else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", 12) * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A meeting shows the page of what it talks about beside the agenda; nobody else shows our pages inside theirs.
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"

# The basemap: a MapLibre style, or a tile address with {z}, {x} and {y}. Empty means the plain offline style.
BASEMAP_STYLE_URL = env.text("BASEMAP_STYLE_URL", "")
BASEMAP_TILE_URL = env.text("BASEMAP_TILE_URL", "")
BASEMAP_ATTRIBUTION = env.text("BASEMAP_ATTRIBUTION", "")
BASEMAP_MAX_ZOOM = env.number("BASEMAP_MAX_ZOOM", 19)
# The policy lets in the servers of those two addresses, those named here for what a style refers to, and no other.
BASEMAP_ORIGINS = sorted({*env.items("BASEMAP_ORIGINS"), *env.origins(BASEMAP_STYLE_URL, BASEMAP_TILE_URL)})
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *BASEMAP_ORIGINS],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "connect-src": [SELF, "data:", "blob:", *BASEMAP_ORIGINS],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# Where letters written by a task say that people find the site; a page knows its own address.
SITE_URL = env.text("SITE_URL", "http://localhost:8000")
EMAIL_HOST = env.text("EMAIL_HOST", "")
_MAIL = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "est_platform.mail.LocalBackend"
EMAIL_BACKEND = env.text("EMAIL_BACKEND", _MAIL)
MAIL_FOLDER = env.text("MAIL_FOLDER", str(LOCAL_DIR / "mail"))
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
# Seconds: a mail server that says nothing must not hold a worker.
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 30)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "est@localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "partners.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "est_platform.problems.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["est_platform.throttling.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": env.text("API_RATE", "600/min")},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EST platform",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    # Fields that share a name and not their values.
    "ENUM_NAME_OVERRIDES": {
        "FigureEnum": "councils.models.Figure",
        "LevelOfIndicatorEnum": "situational_picture.models.Indicator.Level",
        "LevelOfMeasureEnum": "partners.models.Level",
        "CountStatusEnum": ["shown", "protected", "missing"],
        "PictureStatusEnum": "situational_picture.models.Picture.Status",
        "IncidentStatusEnum": "incidents.models.Status",
        "AgreementKindEnum": "action_plans.models.Agreement.Kind",
        "CommitmentStateEnum": "action_plans.models.CommitmentState",
        "ProblemStateEnum": "cause_analysis.models.State",
        "CauseStateEnum": "cause_analysis.models.CauseState",
        "SideEnum": "cause_analysis.models.Side",
        "ControllerEnum": "cause_analysis.models.Controller",
        "PrioritisationStatusEnum": "cause_analysis.models.PrioritisationRound.Status",
        "PromiseStateEnum": "action_plans.models.PromiseState",
        "EvidenceKindEnum": "cause_analysis.models.Evidence.Kind",
        "MethodSourceKindEnum": "action_plans.models.SourceKind",
        "MeasureStateEnum": "action_plans.models.MeasureState",
        "MeasureVerdictEnum": "action_plans.models.Verdict",
        "MeetingStateEnum": "councils.models.MeetingState",
        "AgendaSectionEnum": "councils.models.Section",
        "MatterOutcomeEnum": "councils.models.Outcome",
        "MatterAboutEnum": "councils.meetings.things.CODES",
        "EscalationAnswerEnum": "councils.models.Answer",
        "EscalationEndEnum": "councils.models.Ending",
        "EscalationSubjectEnum": "councils.models.Subject",
        "PackAboutEnum": "councils.models.PackAbout",
        "PackFormatEnum": "councils.models.FileKind",
        "EscalationDirectionEnum": ["up", "down"],
        "DecisionKindEnum": "partners.levels.DecisionKind",
        "ProgressCourseEnum": "followup.models.Course",
        "EvaluationHeadlineEnum": "followup.models.Headline",
        "ProblemOutcomeEnum": "cause_analysis.models.Problem.Outcome",
        "EvaluationOutcomeEnum": "followup.models.Outcome",
        "EvaluationStandingEnum": "followup.models.Standing",
        "ObstacleCodeEnum": "followup.models.ObstacleCode",
        "DoseKindEnum": "followup.models.DoseKind",
        "InspectionItemStateEnum": "areas.models.ItemState",
        "PlaceFeatureKindEnum": "areas.models.PlaceFeature.Kind",
        "PlaceFeatureStateEnum": "areas.models.PlaceFeature.State",
        "IndicatorKindEnum": "situational_picture.models.Indicator.Kind",
        "IndicatorValueStatusEnum": ["shown", "protected", "suppressed", "missing"],
        "PolygonTypeEnum": ["Polygon", "MultiPolygon"],
        "PointTypeEnum": ["Point"],
        "FeatureTypeEnum": ["Feature"],
        "CollectionTypeEnum": ["FeatureCollection"],
    },
}

# Disclosure control: counts 1 to this are protected outside the circle, in collaborations started from now on.
PROTECT_COUNTS_UP_TO = env.number("PROTECT_COUNTS_UP_TO", 4)
# When letters that are sent at once wait, until somebody chooses otherwise: from and until which hour, and days off.
QUIET_HOURS = env.hours("QUIET_HOURS", "19-7")
QUIET_ON_DAYS_OFF = env.flag("QUIET_ON_DAYS_OFF", True)
# Seconds to wait for more changes before a picture is rebuilt.
REBUILD_DELAY_S = env.number("REBUILD_DELAY_S", 1)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "est_platform.logs.WithoutRows",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
# W019 asks for DENY: a meeting frames our own pages (see X_FRAME_OPTIONS), as frame-ancestors says too.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
