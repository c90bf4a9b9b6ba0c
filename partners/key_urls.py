"""What opens without signing in, to whoever holds the key in its address: a calendar, and the end of letters."""

from django.urls import path

from partners import calendar_views, work_letter_views

urlpatterns = [
    path("calendar/<str:key>.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("letters/stop/<str:token>/", work_letter_views.letters_stop, name="letters_stop"),
]
