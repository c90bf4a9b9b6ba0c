from django.urls import path

from action_plans.promises import views

urlpatterns = [
    path("promises/", views.promise_list, name="promise_list"),
    path("promises/new/", views.promise_new, name="promise_new"),
    path("promises/dialogues/", views.dialogue_list, name="dialogue_list"),
    path("promises/dialogues/new/", views.dialogue_new, name="dialogue_new"),
    path("promises/dialogues/<int:pk>/", views.dialogue_edit, name="dialogue_edit"),
    path("promises/<int:number>/", views.promise, name="promise"),
    path("promises/<int:number>/edit/", views.promise_edit, name="promise_edit"),
    path("promises/<int:number>/items/new/", views.promise_item_new, name="promise_item_new"),
    path("promises/<int:number>/items/<int:pk>/", views.promise_item_edit, name="promise_item_edit"),
    path("promises/<int:number>/items/<int:pk>/remove/", views.promise_item_remove, name="promise_item_remove"),
    path("promises/<int:number>/items/<int:pk>/measure/", views.promise_measure_new, name="promise_measure_new"),
    path("promises/<int:number>/measures/<int:pk>/", views.promise_measure_edit, name="promise_measure_edit"),
    path("promises/<int:number>/measures/<int:pk>/untie/", views.promise_measure_untie, name="promise_measure_untie"),
    path("promises/<int:number>/signatories/new/", views.promise_signatory_new, name="promise_signatory_new"),
    path(
        "promises/<int:number>/signatories/<int:pk>/remove/",
        views.promise_signatory_remove,
        name="promise_signatory_remove",
    ),
    path("promises/<int:number>/decide/", views.promise_decide, name="promise_decide"),
    path("promises/<int:number>/reopen/", views.promise_reopen, name="promise_reopen"),
    path("promises/<int:number>/publish/", views.promise_publish, name="promise_publish"),
    path("promises/<int:number>/unpublish/", views.promise_unpublish, name="promise_unpublish"),
    path("promises/<int:number>/follow-up/", views.promise_follow_up, name="promise_follow_up"),
    path("promises/<int:number>/result/", views.promise_result, name="promise_result"),
]
