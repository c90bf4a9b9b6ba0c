"""The Celery application: worker and beat."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "est_platform.settings")

app = Celery("est_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "rebuild all pictures at night": {
        "task": "situational_picture.tasks.rebuild_all_pictures",
        "schedule": crontab(hour=2, minute=10),
    },
    "pick up forgotten work": {
        "task": "situational_picture.tasks.pick_up_forgotten_rebuilds",
        "schedule": 60.0,
    },
    "tell of pictures that nobody was told of": {
        "task": "situational_picture.tasks.send_out_forgotten_pictures",
        "schedule": 600.0,
    },
    "pick up forgotten imports": {
        "task": "incidents.tasks.pick_up_forgotten_imports",
        "schedule": 60.0,
    },
    "pick up forgotten tests of predictions": {
        "task": "cause_analysis.tasks.pick_up_forgotten_tests",
        "schedule": 600.0,
    },
    "test all predictions at night": {
        "task": "cause_analysis.tasks.test_all_predictions",
        "schedule": crontab(hour=2, minute=40),
    },
    "keep evaluations up to date": {
        "task": "followup.tasks.keep_evaluations",
        "schedule": crontab(hour=2, minute=55),
    },
    "try the headline where nothing was done": {
        "task": "followup.tasks.try_headline_everywhere",
        "schedule": crontab(hour=3, minute=5, day_of_month=1),
    },
    "let boundaries come into force": {
        "task": "areas.tasks.relocate_when_boundaries_change",
        "schedule": crontab(hour=0, minute=5),
    },
    "forget uploads nobody went on with": {
        "task": "areas.tasks.forget_old_uploads",
        "schedule": crontab(minute=30),
    },
    "delete files no photo names": {
        "task": "incidents.tasks.sweep_photo_files",
        "schedule": crontab(hour=3, minute=50),
    },
    "delete files no photo of an inspection names": {
        "task": "areas.tasks.sweep_inspection_photos",
        "schedule": crontab(hour=3, minute=55),
    },
    "delete files no photo of something carried out names": {
        "task": "followup.tasks.sweep_proof_photos",
        "schedule": crontab(hour=3, minute=56),
    },
    "delete Word templates nobody names": {
        "task": "action_plans.tasks.sweep_word_templates",
        "schedule": crontab(hour=3, minute=58),
    },
    "delete logotypes nobody names": {
        "task": "partners.tasks.sweep_logotypes",
        "schedule": crontab(hour=3, minute=59),
    },
    "delete files no frozen pack names": {
        "task": "councils.tasks.sweep_pack_files",
        "schedule": crontab(hour=4, minute=1),
    },
    "remind of deadlines": {
        "task": "incidents.tasks.remind_of_deadlines",
        "schedule": crontab(minute="*/10"),
    },
    "tell people of what waits for them": {
        "task": "partners.tasks.send_work_letters",
        "schedule": crontab(minute="*/10"),
    },
    "tell people at once of what is new": {
        "task": "partners.tasks.send_news_at_once",
        "schedule": crontab(),
    },
    "remind of commitments": {
        "task": "action_plans.tasks.remind_of_commitments",
        "schedule": crontab(hour="7-16", minute=25),
    },
    "tell deputies of late questions": {
        "task": "councils.tasks.remind_of_late_questions",
        "schedule": crontab(hour="7-16", minute=35),
    },
    "invite to meetings": {
        "task": "councils.tasks.invite_to_meetings",
        "schedule": crontab(minute="*/10"),
    },
    "plan the next meetings and tell of late assignments": {
        "task": "councils.tasks.keep_meetings_going",
        "schedule": crontab(hour=4, minute=10),
    },
    "purge what is too old": {
        "task": "partners.tasks.purge_what_is_due",
        "schedule": crontab(hour=3, minute=20),
    },
    "seal yesterday's log": {
        "task": "audit.tasks.seal_days",
        "schedule": crontab(hour=0, minute=20),
    },
}
