from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    name = "followup"

    def ready(self) -> None:
        from followup.progress import registering as progress

        progress.register()
