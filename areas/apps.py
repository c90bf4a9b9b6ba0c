from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    name = "areas"

    def ready(self) -> None:
        from areas import scope_views
        from areas.holding import areas_of_collaboration, find_area
        from areas.inspections import registering
        from areas.place_files.retention import register_kinds
        from areas.place_files.sections import features_of_places, managers_of_places
        from areas.scope_actions import forget_areas_of_role
        from partners import changes, retention
        from partners.presenters import describe_actions
        from ui import menu, slots

        describe_actions(
            {
                "areas_imported": _("read in areas"),
                "membership_moved": _("reports or places changed area"),
                "place_added": _("added a place"),
                "place_changed": _("changed a place"),
                "place_feature_observed": _("wrote down what a place is like"),
                "place_feature_taken_back": _("took back what was written about a place"),
                "place_manager_added": _("wrote down who answers for a place"),
                "place_manager_ended": _("said that somebody no longer answers for a place"),
                "police_list_status_set": _("entered what the police's list says"),
            }
        )
        retention.register_scope(
            retention.Scope(code="area", label=_("one area"), find=find_area, choices=areas_of_collaboration)
        )
        register_kinds()
        menu.register("area_list", _("Areas"), group=menu.Group.AREA, order=40, also=["area_detail", "area_moves"])
        menu.register(
            "place_list",
            _("Places"),
            group=menu.Group.AREA,
            order=50,
            also=["place_detail", "place_new", "place_history"],
        )
        if forget_areas_of_role not in changes.listeners:
            changes.listeners.append(forget_areas_of_role)
        # After what has happened (rooms above), before problems, causes and measures.
        slots.register("place.sections", features_of_places, order=20)
        slots.register("place.sections", managers_of_places, order=30)
        registering.register()
        slots.register("membership.sections", scope_views.areas_of_roles)
        slots.register("group.sections", scope_views.areas_of_groups)
