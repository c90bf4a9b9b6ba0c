from django.apps import AppConfig


class CouncilsConfig(AppConfig):
    name = "councils"

    def ready(self) -> None:
        from councils.comments import registering as comments
        from councils.dashboard import registering as dashboard
        from councils.escalations import registering as escalations
        from councils.law import registering as law
        from councils.meetings import registering as meetings
        from councils.packs import registering as packs

        escalations.register()
        meetings.register()
        dashboard.register()
        comments.register()
        law.register()
        packs.register()
