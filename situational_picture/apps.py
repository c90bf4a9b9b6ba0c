from django.apps import AppConfig


class SituationalPictureConfig(AppConfig):
    name = "situational_picture"

    def ready(self) -> None:
        from incidents import changes
        from situational_picture.actions import want_rebuild

        if want_rebuild not in changes.listeners:
            changes.listeners.append(want_rebuild)
