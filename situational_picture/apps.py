from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SituationalPictureConfig(AppConfig):
    name = "situational_picture"

    def ready(self) -> None:
        from incidents import changes
        from partners import log
        from partners.presenters import describe_actions
        from partners.roles import SEE_INDICATORS, SEE_PUBLISHED_PICTURES
        from situational_picture import my_work, news, retention
        from situational_picture.actions import want_rebuild
        from situational_picture.indicators.place_counts.sections import people_at_places
        from situational_picture.places_over_years import sections as places_over_years
        from situational_picture.profiles import sections as profiles
        from situational_picture.receipts import pictures_that_counted
        from ui import menu, slots

        if want_rebuild not in changes.listeners:
            changes.listeners.append(want_rebuild)
        describe_actions(
            {
                "picture_published": _("published a picture"),
                "picture_requested": _("asked for a picture"),
                "picture_written": _("began to write in a picture"),
                "picture_sent_for_review": _("sent a picture for review"),
                "picture_taken_back": _("opened a picture's text again"),
                "picture_sent_out": _("sent a picture by mail"),
                "picture_sent_again": _("let uncertain letters about a picture be sent again"),
                "picture_exported": _("downloaded a picture's figures"),
                "picture_document_downloaded": _("downloaded a picture as PDF"),
                "picture_word_downloaded": _("downloaded a picture as Word"),
                "indicator_added": _("made an indicator"),
                "indicator_changed": _("changed an indicator"),
                "indicator_removed": _("took an indicator away"),
                "indicator_value_entered": _("entered a value of an indicator"),
                "indicator_value_withdrawn": _("took back a value of an indicator"),
                "indicators_imported": _("took in a file of indicators"),
                "indicators_import_undone": _("undid an import of indicators"),
                "people_counted": _("counted people at a place"),
                "people_count_taken_back": _("took back a count of people"),
                "indicator_exported": _("downloaded an indicator's figures"),
            }
        )
        retention.register_kinds()
        news.register()
        log.sort_actions(
            log.Kind.EXPORTS,
            "picture_exported",
            "picture_document_downloaded",
            "picture_word_downloaded",
            "indicator_exported",
        )
        menu.register(
            "picture_list",
            _("Situational picture"),
            group=menu.Group.AREA,
            roles=SEE_PUBLISHED_PICTURES,
            also=["picture", "picture_write"],
        )
        menu.register(
            "priority_places", _("Where to begin"), group=menu.Group.AREA, order=5, roles=SEE_PUBLISHED_PICTURES
        )
        menu.register(
            "indicator_list",
            _("Indicators"),
            group=menu.Group.AREA,
            order=6,
            roles=SEE_INDICATORS,
            also=[
                "indicator",
                "indicator_new",
                "indicator_change",
                "indicator_value_new",
                "indicator_import",
                "indicator_compare",
            ],
        )
        slots.register("my_work.items", my_work.items, order=15)
        slots.register("report.receipt", pictures_that_counted, order=10)
        slots.register("place.finding", places_over_years.findings)
        # Before everything else that a place's page says.
        slots.register("place.sections", places_over_years.sections, order=-20)
        slots.register("place.sections", profiles.at_places, order=-10)
        # After what a place is like, before what is done about it.
        slots.register("place.sections", people_at_places, order=20)
        slots.register("area.sections", profiles.in_areas, order=-10)
