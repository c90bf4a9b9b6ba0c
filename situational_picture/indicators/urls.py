from django.urls import path

from situational_picture.indicators import compare_views, views
from situational_picture.indicators.importing.views import indicator_batch_undo, indicator_import
from situational_picture.indicators.place_counts.views import place_count_new, place_count_take_back, place_counts

_ONE = "indicators/<int:number>/"

urlpatterns = [
    path("indicators/", views.indicator_list, name="indicator_list"),
    path("indicators/new/", views.indicator_new, name="indicator_new"),
    path("indicators/import/", indicator_import, name="indicator_import"),
    path("indicators/imports/<int:batch>/undo/", indicator_batch_undo, name="indicator_batch_undo"),
    path("places/counting/", place_count_new, name="place_count_new"),
    path("places/<int:pk>/counts/", place_counts, name="place_counts"),
    path("places/<int:pk>/counts/<int:count>/take-back/", place_count_take_back, name="place_count_take_back"),
    path("indicators/compare/", compare_views.indicator_compare, name="indicator_compare"),
    path(_ONE, views.indicator, name="indicator"),
    path(f"{_ONE}change/", views.indicator_change, name="indicator_change"),
    path(f"{_ONE}remove/", views.indicator_remove, name="indicator_remove"),
    path(f"{_ONE}values/new/", views.indicator_value_new, name="indicator_value_new"),
    path(f"{_ONE}values/<int:value>/withdraw/", views.indicator_value_withdraw, name="indicator_value_withdraw"),
    path(f"{_ONE}series.csv", views.indicator_export, name="indicator_export"),
]
