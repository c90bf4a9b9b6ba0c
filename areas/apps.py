from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    name = "areas"

    def ready(self) -> None:
        from areas import scope_views
        from ui import menu, slots

        menu.register("area_list", _("Areas"), group=menu.Group.AREA, order=40, also=["area_detail", "area_moves"])
        menu.register("place_list", _("Places"), group=menu.Group.AREA, order=50, also=["place_detail", "place_new"])
        slots.register("membership.sections", scope_views.areas_of_roles)
        slots.register("group.sections", scope_views.areas_of_groups)
