from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    name = "followup"

    def ready(self) -> None:
        from followup.evaluations import registering as evaluations
        from followup.progress import registering as progress

        progress.register()
        evaluations.register()
