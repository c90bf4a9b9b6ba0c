from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from django.contrib.auth import signals
        from django.utils.translation import gettext_lazy as _

        from partners import log_samples, notifications, retention_kinds, roles, sent_mail, sign_in
        from partners.notifications.queries import number_in_menu
        from ui import menu, slots

        signals.user_logged_in.connect(sign_in.remember_sign_in, dispatch_uid="partners.sign_in")
        signals.user_logged_out.connect(sign_in.remember_sign_out, dispatch_uid="partners.sign_out")
        signals.user_login_failed.connect(sign_in.remember_failed_sign_in, dispatch_uid="partners.sign_in_failed")

        retention_kinds.register_kinds()
        administration = menu.Group.ADMINISTRATION
        menu.register(
            "people", _("People"), group=administration, order=10, also=["person_detail", "person_new", "role_new"]
        )
        menu.register("organisation_list", _("Organisations"), group=administration, order=20)
        menu.register("group_list", _("Groups"), group=administration, order=30, also=["group_detail"])
        menu.register("look", _("Look of documents"), group=administration, order=35, roles=roles.MAY_KEEP_LOOK)
        menu.register("token_list", _("Keys for systems"), group=administration, order=40, roles=roles.MAY_ADMINISTER)
        menu.register(
            "log",
            _("Log"),
            group=administration,
            order=50,
            roles=roles.MAY_READ_LOG,
            also=["log_months", "log_sample"],
            count=log_samples.number_in_menu,
        )
        menu.register(
            "retention",
            _("Retention"),
            group=administration,
            order=60,
            roles=roles.MAY_READ_LOG,
            also=["retention_rule", "hold_new"],
        )
        menu.register(
            "my_work",
            _("My work"),
            group=menu.Group.DAILY,
            order=12,
            roles=roles.SEE_PUBLISHED_PICTURES | roles.MAY_GO_THROUGH_LOG | {roles.Role.COACH},
            also=["my_task", "my_calendar", "work_letter_rule", "mail_failures"],
        )
        notifications.register(
            notifications.Topic(
                key="work",
                label=_("What waits for me"),
                tells=_("What you have promised, what others ask of you and what you have begun."),
                ways=(notifications.How.DIGEST, notifications.How.PAGE),
            )
        )
        notifications.register(
            notifications.Topic(
                key="account",
                label=_("My account"),
                tells=_("Invitations, a forgotten password. They always come, and at once."),
                default=notifications.How.AT_ONCE,
                is_must=True,
                order=99,
            )
        )
        menu.register(
            "news", _("New for you"), group=menu.Group.DAILY, order=11, also=["news_open"], count=number_in_menu
        )
        slots.register("my_work.items", sent_mail.my_work_items, order=95)
        slots.register("my_work.items", log_samples.months_to_go_through, order=90)
        menu.register("my_access", _("What I see"), group=administration, order=90)
