from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from areas import relocating
        from incidents import my_work, retention
        from incidents.coverage import news as coverage_news
        from incidents.coverage.permissions import MAY_KEEP_RHYTHM, MAY_SEE_COVERAGE
        from incidents.models import Status
        from incidents.own_places.permissions import MAY_SEE_OWN_PLACES
        from incidents.relocating import follow_pin, move_incidents
        from incidents.reviewing.queries import number_in_menu
        from incidents.slots import reports_at_places
        from partners import log
        from partners.presenters import describe_actions
        from partners.roles import MAY_REPORT, MAY_REVIEW, SEE_OWN_ORGANISATION
        from ui import menu, slots

        coverage_news.register()
        relocating.register("incidents", move_incidents, follow_pin=follow_pin)
        slots.register("place.sections", reports_at_places)
        slots.register("my_work.items", my_work.items, order=10)
        describe_actions(
            {
                "incident_submitted": _("sent in a report"),
                "incident_changed": _("changed a report"),
                "incident_approved": _("approved a report"),
                "incident_returned": _("returned a report"),
                "incident_rejected": _("rejected a report"),
                "incident_merged": _("counted a report together with another"),
                "incident_unmerged": _("took a report apart from another"),
                "incident_read": _("read a report"),
                "incidents_read": _("read a page of reports"),
                "incidents_exported": _("downloaded reports"),
                "photo_added": _("sent a photo with a report"),
                "photo_approved": _("approved a photo"),
                "photo_covered": _("blacked out parts of a photo"),
                "photo_removed": _("removed a photo"),
                "photo_read": _("looked at a photo"),
                "reporting_rhythm_changed": _("changed how often units report"),
                "reporting_unit_added": _("let a unit report"),
                "reporting_unit_changed": _("changed when or about what a unit reports"),
                "nothing_to_report_said": _("had nothing to report"),
                "nothing_to_report_taken_back": _("took back “nothing to report”"),
                "report_reminder_sent": _("reminded a unit to report"),
                "category_created": _("added a category"),
                "category_changed": _("changed a category"),
                "category_closed": _("closed a category"),
                "category_reopened": _("reopened a category"),
                "category_deleted": _("deleted a category"),
                "import_started": _("sent in a file"),
                "import_confirmed": _("confirmed an import"),
                "import_finished": _("an import was finished"),
                "import_failed": _("an import was stopped"),
                "import_discarded": _("threw a file away"),
                "import_approved": _("approved the rows of an import"),
                "import_undone": _("undid an import"),
                "import_mapping_saved": _("saved a mapping of columns"),
                "import_report_read": _("read what an import refused"),
            }
        )
        retention.register_kinds()
        log.sort_actions(log.Kind.READS, "incident_read", "incidents_read", "import_report_read", "photo_read")
        log.sort_actions(log.Kind.EXPORTS, "incidents_exported")
        log.register_references("incidents.incident", log.prefixed("H"))
        log.describe_codes(dict(Status.choices))
        menu.register("incident_new", _("Report"), group=menu.Group.DAILY, order=10, roles=MAY_REPORT)
        menu.register(
            "review_queue",
            _("Review"),
            group=menu.Group.DAILY,
            order=15,
            roles=MAY_REVIEW,
            also=["review_decide", "photo_queue"],
            count=number_in_menu,
        )
        menu.register(
            "incident_list",
            _("Reports"),
            group=menu.Group.DAILY,
            order=20,
            roles=MAY_REPORT,
            also=["incident_detail", "incident_change", "incident_receipt"],
        )
        menu.register(
            "coverage",
            pgettext_lazy("menu", "Who has reported?"),
            group=menu.Group.DAILY,
            order=30,
            roles=MAY_SEE_COVERAGE,
        )
        menu.register(
            "coverage_settings",
            _("Reporting units"),
            group=menu.Group.ADMINISTRATION,
            order=35,
            roles=MAY_KEEP_RHYTHM,
            also=["reporting_unit_new", "reporting_unit_change"],
        )
        menu.register(
            "reporting",
            _("Reporting"),
            group=menu.Group.DAILY,
            order=25,
            # Whoever sees everybody's is led on to the own units from there.
            roles=lambda held: bool(held & MAY_REPORT) and not held & MAY_SEE_COVERAGE,
        )
        menu.register("own_places", _("Our places"), group=menu.Group.DAILY, order=30, roles=MAY_SEE_OWN_PLACES)
        menu.register(
            "category_list",
            _("Categories"),
            group=menu.Group.SOURCES,
            order=30,
            also=["category_new", "category_edit"],
        )
        menu.register(
            "import_list",
            _("Imports"),
            group=menu.Group.SOURCES,
            order=20,
            roles=SEE_OWN_ORGANISATION,
            also=["import_new", "import_detail", "import_undo"],
        )
