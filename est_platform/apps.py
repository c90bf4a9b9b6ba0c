from django.apps import AppConfig


class EstPlatformConfig(AppConfig):
    name = "est_platform"
