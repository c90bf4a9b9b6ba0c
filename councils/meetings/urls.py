from django.urls import path

from councils.meetings import file_views, views

_ONE = "meetings/<int:number>/"
urlpatterns = [
    path("meetings/", views.meeting_list, name="meeting_list"),
    path("meetings/new/", views.meeting_new, name="meeting_new"),
    path("meetings/matters/new/", views.matter_new, name="matter_new"),
    path("meetings/series/new/", views.series_new, name="series_new"),
    path("meetings/series/<int:pk>/", views.series_change, name="series_change"),
    path("meetings/series/<int:pk>/end/", views.series_end, name="series_end"),
    path("decisions/", views.decision_list, name="decision_list"),
    path("decisions/<int:pk>/done/", views.decision_done, name="decision_done"),
    path(_ONE, views.meeting, name="meeting"),
    path(_ONE + "move/", views.meeting_move, name="meeting_move"),
    path(_ONE + "cancel/", views.meeting_cancel, name="meeting_cancel"),
    path(_ONE + "open/", views.meeting_open, name="meeting_open"),
    path(_ONE + "close/", views.meeting_close, name="meeting_close"),
    path(_ONE + "matters/", views.meeting_matter, name="meeting_matter"),
    path(_ONE + "roll/", views.meeting_roll, name="meeting_roll"),
    path(_ONE + "items/<int:pk>/open/", views.item_open, name="item_open"),
    path(_ONE + "items/<int:pk>/note/", views.item_note, name="item_note"),
    path(_ONE + "items/<int:pk>/decide/", views.item_decide, name="item_decide"),
    path(_ONE + "items/<int:pk>/focus/", views.item_focus, name="item_focus"),
    path(_ONE + "items/<int:pk>/escalate/", views.item_escalate, name="item_escalate"),
    path(_ONE + "items/<int:pk>/settle/", views.item_settle, name="item_settle"),
    path(_ONE + "items/<int:pk>/call-in/", views.item_call_in, name="item_call_in"),
    path(_ONE + "decisions/<int:pk>/part/", views.decision_part, name="decision_part"),
    path(_ONE + "decisions/<int:pk>/object/", views.decision_object, name="decision_object"),
    path(_ONE + "mote.ics", file_views.meeting_calendar, name="meeting_calendar"),
    path(_ONE + "minnesanteckning.pdf", file_views.minutes_pdf, name="minutes_pdf"),
    path(_ONE + "minnesanteckning.docx", file_views.minutes_word, name="minutes_word"),
    path(_ONE + "adjust/", views.minutes_adjust, name="minutes_adjust"),
]
