from django.apps import AppConfig


class CouncilsConfig(AppConfig):
    name = "councils"

    def ready(self) -> None:
        from councils.escalations import registering as escalations

        escalations.register()
