from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EstPlatformConfig(AppConfig):
    name = "est_platform"

    def ready(self) -> None:
        from partners.presenters import describe_actions

        describe_actions({"demonstration_loaded": _("the demonstration was loaded")})
