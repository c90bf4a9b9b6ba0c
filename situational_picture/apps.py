from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SituationalPictureConfig(AppConfig):
    name = "situational_picture"

    def ready(self) -> None:
        from incidents import changes
        from partners import log
        from partners.presenters import describe_actions
        from partners.roles import SEE_PUBLISHED_PICTURES
        from situational_picture.actions import want_rebuild
        from ui import menu

        if want_rebuild not in changes.listeners:
            changes.listeners.append(want_rebuild)
        describe_actions(
            {
                "picture_published": _("published a picture"),
                "picture_requested": _("asked for a picture"),
                "picture_exported": _("downloaded a picture's figures"),
                "picture_document_downloaded": _("downloaded a picture as PDF"),
            }
        )
        log.sort_actions(log.Kind.EXPORTS, "picture_exported", "picture_document_downloaded")
        menu.register(
            "picture_list",
            _("Situational picture"),
            group=menu.Group.AREA,
            roles=SEE_PUBLISHED_PICTURES,
            also=["picture"],
        )
