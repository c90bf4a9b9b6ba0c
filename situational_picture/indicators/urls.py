from django.urls import path

from situational_picture.indicators import views

_ONE = "indicators/<int:number>/"

urlpatterns = [
    path("indicators/", views.indicator_list, name="indicator_list"),
    path("indicators/new/", views.indicator_new, name="indicator_new"),
    path(_ONE, views.indicator, name="indicator"),
    path(f"{_ONE}change/", views.indicator_change, name="indicator_change"),
    path(f"{_ONE}remove/", views.indicator_remove, name="indicator_remove"),
    path(f"{_ONE}values/new/", views.indicator_value_new, name="indicator_value_new"),
    path(f"{_ONE}values/<int:value>/withdraw/", views.indicator_value_withdraw, name="indicator_value_withdraw"),
    path(f"{_ONE}series.csv", views.indicator_export, name="indicator_export"),
]
