from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "areas"

    def ready(self) -> None:
        from areas import scope_views
        from ui import slots

        slots.register("membership.sections", scope_views.areas_of_roles)
        slots.register("group.sections", scope_views.areas_of_groups)
