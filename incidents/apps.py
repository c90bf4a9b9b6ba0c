from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from areas import relocating
        from incidents.relocating import follow_pin, move_incidents
        from partners.roles import MAY_REPORT, SEE_OWN_ORGANISATION
        from ui import menu

        relocating.register("incidents", move_incidents, follow_pin=follow_pin)
        menu.register("incident_new", _("Report"), group=menu.Group.DAILY, order=10, roles=MAY_REPORT)
        menu.register(
            "incident_list",
            _("Reports"),
            group=menu.Group.DAILY,
            order=20,
            roles=MAY_REPORT,
            also=["incident_detail", "incident_change", "incident_receipt"],
        )
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
