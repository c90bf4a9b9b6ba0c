"""What is new for somebody: rooms tell people of what has happened, and people read it on a page or by letter.

A room registers its topics in `AppConfig.ready()` and calls `tell` inside the transaction of its action:

    notifications.register(Topic(key="escalations", label=_("Escalations"), …, shown=shown_by(Escalation, words)))
    notifications.tell("escalations", people, subject=escalation, what="answered", by=by)
"""

from partners.notifications.choices import written_to_now
from partners.notifications.telling import register_away, tell
from partners.notifications.topics import How, Shown, Topic, Words, register, shown_by

__all__ = ["How", "Shown", "Topic", "Words", "register", "register_away", "shown_by", "tell", "written_to_now"]
