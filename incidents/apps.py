from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        from areas import relocating
        from incidents.relocating import follow_pin, move_incidents

        relocating.register("incidents", move_incidents, follow_pin=follow_pin)
